// The command line as a manual page and as a completion of bash, made from the very description
// that reads the flags: they cannot differ from what --help says. Pure.
#pragma once

#include <string>

namespace CLI {
class App;
}

namespace wissel::server {

// Troff, of the man macros (groff_man(7)).
std::string ManualPage(const CLI::App& app);

// Commands, their options, and the values of those that have a list of them; files elsewhere.
std::string BashCompletion(const CLI::App& app);

}  // namespace wissel::server

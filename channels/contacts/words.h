// Texts as they are compared: by Unicode, through GLib. Pure; thread-safe. Takes UTF-8; of anything
// else nothing is left.
#pragma once

#include <set>
#include <string>
#include <string_view>

namespace wissel::contacts {

// UTF-8 without NUL.
bool IsText(std::string_view text);

// Small and large letters are the same.
std::string Folded(std::string_view text);

// The words of a name, folded and without accents: "Peeters-Dubois, Renée" has "peeters", "dubois"
// and "renee". At most 20, each cut at 40 bytes.
std::set<std::string> WordsOf(std::string_view name);

}  // namespace wissel::contacts

// The section `chat` of a configuration file: what can be checked without a center. Pure.
#pragma once

#include <string_view>

#include "server/config/config_file.h"

namespace wissel::config {

// Adds what is wrong to the problems, each with its line.
void CheckChat(LoadedConfig& config);

// Whether it is the origin of a site as a browser writes it, https or of this machine:
// "https://www.example.org:8443", "http://localhost:8080".
bool IsOrigin(std::string_view text);

}  // namespace wissel::config

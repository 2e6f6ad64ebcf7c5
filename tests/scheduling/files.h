// The files of measured cases, which lie beside the project and may be absent.
#pragma once

#include <optional>
#include <string>

namespace wissel::scheduling {

// The text of shared/data/scheduling/NAME; none when it is not there.
std::optional<std::string> MeasuredCase(const std::string& name);

}  // namespace wissel::scheduling

// The database of a cell, and the servers and centers in its table.
#pragma once

#include <string>

#include "server/doctor/findings.h"

namespace wissel::doctor {

void LookAtCell(const std::string& url, const std::string& version, Findings* findings);

}  // namespace wissel::doctor

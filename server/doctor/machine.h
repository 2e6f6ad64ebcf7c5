// This machine: its disk, clock, limits and the files of the server.
#pragma once

#include <filesystem>

#include "server/doctor/findings.h"

namespace wissel::doctor {

// Room, kind of file system, and how long a synced write takes in the folder. Writes a file of 4
// KiB there and removes it.
void LookAtDisk(const std::filesystem::path& folder, Findings* findings);
// Whether others may read what is secret in it.
void LookAtFiles(const std::filesystem::path& folder, Findings* findings);
void LookAtClock(Findings* findings);
void LookAtLimits(Findings* findings);

}  // namespace wissel::doctor

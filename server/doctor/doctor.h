// `wissel doctor`: looks at versions, disk, clock, limits and settings of an installation, and says
// what is wrong and what would be right. It changes nothing.
#pragma once

#include <string>

namespace wissel::doctor {

struct DoctorOptions {
  std::string config;   // file; its server section says the rest where that is not given
  std::string data;     // folder
  std::string journal;  // postgres://...
  std::string version;
  bool json = false;
};

// 0: nothing is wrong, though there may be warnings; 1: something is.
int RunDoctor(const DoctorOptions& options);

}  // namespace wissel::doctor

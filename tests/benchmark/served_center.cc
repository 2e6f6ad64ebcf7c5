#include "tests/benchmark/served_center.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/status.h"
#include "fmt/format.h"

namespace wissel::benchmark {

absl::StatusOr<std::string> AddressAtEnd(ChildProcess& process) {
  WISSEL_ASSIGN_OR_RETURN(const std::string line, process.ReadLine());
  return line.substr(line.find_last_of(" =") + 1);
}

absl::StatusOr<std::unique_ptr<ServedCenter>> ServedCenter::Start(
    const std::string& folder, const std::string& center, const std::vector<std::string>& before) {
  std::filesystem::create_directories(folder);
  const std::string config = folder + "/center.yaml";
  // One program asks for all that a center can do.
  std::ofstream(config) << center << "security: {rate_limits: {per_caller: 0}}\n";
  const std::string data = folder + "/data";
  std::unique_ptr<ServedCenter> served(new ServedCenter());
  std::vector<std::string> words = before;
  words.insert(words.end(), {WISSEL_BINARY, "serve", "--config", config, "--data", data, "--http",
                             "127.0.0.1:0", "--grpc", "127.0.0.1:0"});
  WISSEL_ASSIGN_OR_RETURN(served->process_, ChildProcess::Start(words));
  WISSEL_ASSIGN_OR_RETURN(served->address_, AddressAtEnd(*served->process_));
  WISSEL_ASSIGN_OR_RETURN(const auto token, ChildProcess::Start({WISSEL_BINARY, "token", "--data",
                                                                 data, "--role", "integration"}));
  WISSEL_ASSIGN_OR_RETURN(served->token_, token->ReadLine());
  return served;
}

double ServedCenter::CpuSeconds() const {
  std::ifstream in(fmt::format("/proc/{}/stat", process_->pid()));
  std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  // Behind the program's name in brackets: field 3 and on; 14 and 15 are user and system time.
  std::istringstream fields(text.substr(text.rfind(')') + 2));
  std::string skipped;
  for (int field = 3; field < 14; ++field) fields >> skipped;
  double user = 0;
  double system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

}  // namespace wissel::benchmark

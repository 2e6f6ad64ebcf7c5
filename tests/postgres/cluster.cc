#include "tests/postgres/cluster.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "fmt/format.h"

namespace wissel::testing {
namespace {

constexpr uid_t kNobody = 65534;

std::string ProgramFolder() {
  const char* source = std::getenv("WISSEL_SOURCE_DIR");
  const std::string unpacked =
      fmt::format("{}/build/tools/usr/lib/postgresql/15/bin", source == nullptr ? "." : source);
  for (const std::string& folder : {unpacked, std::string("/usr/lib/postgresql/15/bin")}) {
    if (::access((folder + "/postgres").c_str(), X_OK) == 0) return folder;
  }
  return "";
}

// PostgreSQL refuses to run as root.
pid_t Spawn(const std::vector<std::string>& command, const std::string& folder) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  ::setpgid(0, 0);
  const int out = ::open((folder + "/log").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  ::dup2(out, STDOUT_FILENO);
  ::dup2(out, STDERR_FILENO);
  if (::geteuid() == 0 && (::setgid(kNobody) != 0 || ::setuid(kNobody) != 0)) ::_exit(126);
  ::setenv("NOTIFY_SOCKET", (folder + "/notices").c_str(), 1);
  std::vector<char*> arguments;
  for (const std::string& argument : command)
    arguments.push_back(const_cast<char*>(argument.data()));
  arguments.push_back(nullptr);
  ::execv(arguments[0], arguments.data());
  ::_exit(127);
}

std::string Contents(const std::string& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

}  // namespace

absl::StatusOr<std::unique_ptr<PostgresCluster>> PostgresCluster::Start() {
  if (ProgramFolder().empty()) {
    return absl::NotFoundError("there is no PostgreSQL 15 here; ./dev setup --tests brings it");
  }
  const bool memory = ::access("/dev/shm", W_OK) == 0;
  std::string folder = memory ? "/dev/shm/wissel-pg-XXXXXX" : "/tmp/wissel-pg-XXXXXX";
  if (::mkdtemp(folder.data()) == nullptr) return absl::InternalError("no temporary folder");
  std::unique_ptr<PostgresCluster> cluster(new PostgresCluster(folder));
  if (::geteuid() == 0 && ::chown(folder.c_str(), kNobody, kNobody) != 0) {
    return absl::InternalError("the temporary folder cannot be given away");
  }
  WISSEL_RETURN_IF_ERROR(cluster->OpenNotices());
  WISSEL_RETURN_IF_ERROR(cluster->MakeData());
  WISSEL_RETURN_IF_ERROR(cluster->StartAgain());
  return cluster;
}

PostgresCluster::~PostgresCluster() {
  Kill();
  if (notices_ >= 0) ::close(notices_);
  std::filesystem::remove_all(folder_);
}

PostgresOptions PostgresCluster::Options(const std::string& schema) const {
  return {.url = fmt::format("postgres://wissel@/postgres?host={}", folder_), .schema = schema};
}

absl::Status PostgresCluster::OpenNotices() {
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  fmt::format_to_n(address.sun_path, sizeof address.sun_path - 1, "{}/notices", folder_);
  notices_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (::bind(notices_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::chmod(address.sun_path, 0666) != 0) {
    return absl::InternalError("no socket for the server's notices");
  }
  return absl::OkStatus();
}

absl::Status PostgresCluster::MakeData() {
  const pid_t child =
      Spawn({ProgramFolder() + "/initdb", "--pgdata=" + folder_ + "/data", "--username=wissel",
             "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"},
            folder_);
  int result = 0;
  ::waitpid(child, &result, 0);
  return result == 0 ? absl::OkStatus()
                     : absl::InternalError("initdb: " + Contents(folder_ + "/log"));
}

absl::Status PostgresCluster::Launch() {
  server_ = Spawn({ProgramFolder() + "/postgres", "-D", folder_ + "/data", "-k", folder_, "-c",
                   "listen_addresses=", "-c", "shared_buffers=16MB", "-c", "max_connections=200"},
                  folder_);
  return server_ > 0 ? absl::OkStatus() : absl::InternalError("no process can be made");
}

absl::Status PostgresCluster::StartAgain() {
  WISSEL_RETURN_IF_ERROR(Launch());
  return AwaitReady();
}

absl::Status PostgresCluster::AwaitReady() {
  constexpr int kPatienceMs = 30'000;
  char notice[256];
  for (pollfd ready{.fd = notices_, .events = POLLIN, .revents = 0};
       ::poll(&ready, 1, kPatienceMs) == 1;) {
    const ssize_t size = ::recv(notices_, notice, sizeof notice, 0);
    if (size > 0 && std::string_view(notice, static_cast<size_t>(size)).starts_with("READY=1")) {
      return absl::OkStatus();
    }
  }
  return absl::InternalError("PostgreSQL does not start: " + Contents(folder_ + "/log"));
}

void PostgresCluster::Kill() {
  if (server_ <= 0) return;
  Signal(SIGKILL);
  ::waitpid(server_, nullptr, 0);
  server_ = -1;
}

void PostgresCluster::Pause() { Signal(SIGSTOP); }
void PostgresCluster::Resume() { Signal(SIGCONT); }

// PostgreSQL gives each of its processes a group of its own: they are found as its children.
void PostgresCluster::Signal(int signal) {
  std::vector<pid_t> processes = {server_};
  std::ifstream children(fmt::format("/proc/{0}/task/{0}/children", server_));
  for (pid_t child = 0; children >> child;) processes.push_back(child);
  for (pid_t process : processes) ::kill(process, signal);
}

PostgresCluster* SharedPostgres() {
  static const std::unique_ptr<PostgresCluster> cluster = []() -> std::unique_ptr<PostgresCluster> {
    absl::StatusOr<std::unique_ptr<PostgresCluster>> started = PostgresCluster::Start();
    if (started.ok()) return *std::move(started);
    fmt::print(stderr, "{}\n", std::string(started.status().message()));
    return nullptr;
  }();
  return cluster.get();
}

}  // namespace wissel::testing

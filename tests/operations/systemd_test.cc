// What a service manager is told, over a real datagram socket, and when; where secrets stand.
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/systemd/secret_file.h"
#include "server/systemd/service_manager.h"
#include "server/systemd/watchdog.h"

namespace wissel::systemd {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Folder {
 public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "wissel-XXXXXX").string();
    path_ = mkdtemp(pattern.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// The manager's end of NOTIFY_SOCKET.
class Manager {
 public:
  Manager() : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0)) {
    sockaddr_un address{.sun_family = AF_UNIX};
    const std::string path = (folder_.path() / "notify").string();
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    EXPECT_EQ(::bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
  }
  ~Manager() {
    ::unsetenv("NOTIFY_SOCKET");
    ::close(socket_);
  }

  std::vector<std::string> Told() {
    std::vector<std::string> told;
    char buffer[4096];
    for (ssize_t n; (n = ::recv(socket_, buffer, sizeof buffer, 0)) >= 0;) {
      told.emplace_back(buffer, static_cast<size_t>(n));
    }
    return told;
  }

 private:
  Folder folder_;
  int socket_;
};

TEST(ServiceManager, IsToldOverItsSocket) {
  Manager manager;
  EXPECT_TRUE(HasServiceManager());
  ThisServiceManager().Ready("serves");
  ThisServiceManager().Alive();
  ThisServiceManager().Status("the journal cannot be written");
  ThisServiceManager().Stopping();
  EXPECT_THAT(manager.Told(),
              ElementsAre("READY=1\nSTATUS=serves", "WATCHDOG=1",
                          "STATUS=the journal cannot be written", "STOPPING=1\nSTATUS=ends"));
}

TEST(ServiceManager, IsNotNeeded) {
  ::unsetenv("NOTIFY_SOCKET");
  EXPECT_FALSE(HasServiceManager());
  ThisServiceManager().Ready("serves");
}

TEST(ServiceManager, AsksForSignsOfLifeOfThisProcessAlone) {
  ::unsetenv("WATCHDOG_PID");
  EXPECT_EQ(WatchdogTime(), std::nullopt);
  ::setenv("WATCHDOG_USEC", "30000000", 1);
  EXPECT_EQ(WatchdogTime(), Duration::Seconds(30));
  ::setenv("WATCHDOG_PID", std::to_string(::getpid() + 1).c_str(), 1);
  EXPECT_EQ(WatchdogTime(), std::nullopt);
  ::unsetenv("WATCHDOG_PID");
  ::unsetenv("WATCHDOG_USEC");
}

// Two parts that answer when the test says so.
struct TwoParts {
  Manager manager;
  std::function<void()> first, second;
  std::string status = "serves";
  Watchdog watchdog{ThisServiceManager(),
                    {[this](std::function<void()> answered) { first = std::move(answered); },
                     [this](std::function<void()> answered) { second = std::move(answered); }},
                    [this] { return status; }};
};

TEST(Watchdog, SaysAliveOnceForEachRoundOfAnswers) {
  TwoParts of;
  of.first();
  of.second();
  of.watchdog.Tick();
  EXPECT_THAT(of.manager.Told(), ElementsAre("STATUS=serves", "WATCHDOG=1"));
  of.watchdog.Tick();
  EXPECT_THAT(of.manager.Told(), IsEmpty());
  of.second();
  of.first();
  of.watchdog.Tick();
  EXPECT_THAT(of.manager.Told(), ElementsAre("WATCHDOG=1"));
}

TEST(Watchdog, IsSilentWhileOnePartIs) {
  TwoParts of;
  of.first();
  for (int i = 0; i < 5; ++i) of.watchdog.Tick();
  EXPECT_THAT(of.manager.Told(), ElementsAre("STATUS=serves"));
  of.second();
  of.watchdog.Tick();
  EXPECT_THAT(of.manager.Told(), ElementsAre("WATCHDOG=1"));
}

TEST(Watchdog, BadNewsIsNoDeath) {
  TwoParts of;
  of.first();
  of.second();
  of.status = "the journal cannot be written";
  of.watchdog.Tick();
  EXPECT_THAT(of.manager.Told(), ElementsAre("STATUS=the journal cannot be written", "WATCHDOG=1"));
}

TEST(Watchdog, MayBeAnsweredWhenItIsGone) {
  std::function<void()> late;
  {
    Watchdog watchdog(ThisServiceManager(),
                      {[&](std::function<void()> answered) { late = std::move(answered); }},
                      [] { return "serves"; });
  }
  late();
}

TEST(SecretFile, StandsBesideTheConfigurationOrWhereverItSays) {
  Folder folder;
  std::ofstream(folder.path() / "smtp") << "hunter2\r\nmore\n";
  EXPECT_EQ(*ReadSecretLine(folder.path(), "smtp"), "hunter2");
  EXPECT_EQ(*ReadSecretLine("/nowhere", (folder.path() / "smtp").string()), "hunter2");
  EXPECT_EQ(*ReadSecret(folder.path(), "smtp"), "hunter2\r\nmore\n");
}

TEST(SecretFile, StandsAmongTheCredentialsOfTheService) {
  Folder folder;
  std::ofstream(folder.path() / "smtp") << "hunter2\n";
  ::setenv("CREDENTIALS_DIRECTORY", folder.path().c_str(), 1);
  EXPECT_EQ(*ReadSecretLine("/etc/wissel", "credential:smtp"), "hunter2");
  EXPECT_EQ(ReadSecret("/etc/wissel", "credential:imap").status().code(),
            absl::StatusCode::kNotFound);
  for (const char* wrong :
       {"credential:", "credential:../smtp", "credential:.", "credential:a/b"}) {
    EXPECT_EQ(ReadSecret("/etc/wissel", wrong).status().code(), absl::StatusCode::kInvalidArgument)
        << wrong;
  }
  ::unsetenv("CREDENTIALS_DIRECTORY");
  const absl::Status none = ReadSecret("/etc/wissel", "credential:smtp").status();
  EXPECT_EQ(none.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(none.message()), HasSubstr("LoadCredential="));
}

TEST(SecretFile, WithoutALineIsNone) {
  Folder folder;
  std::ofstream(folder.path() / "empty");
  EXPECT_EQ(ReadSecretLine(folder.path(), "empty").status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(ReadSecretLine(folder.path(), "none").status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace wissel::systemd

#include "forecasting/service/solver_process.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <utility>

#include "base/status.h"
#include "fmt/format.h"
#include "google/protobuf/util/json_util.h"

namespace wissel::forecasting {
namespace {

constexpr int kLookEveryMs = 200;
constexpr int kNiceness = 10;
constexpr size_t kMostOutput = 512U << 20;

// A folder that goes with everything in it.
class Workplace {
 public:
  static absl::StatusOr<Workplace> Make(const std::string& folder) {
    std::string pattern =
        (folder.empty() ? std::filesystem::temp_directory_path() : std::filesystem::path(folder)) /
        "schedule-XXXXXX";
    if (mkdtemp(pattern.data()) == nullptr) {
      return absl::UnavailableError("there is no room for the solver's files");
    }
    return Workplace(std::move(pattern));
  }
  ~Workplace() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  Workplace(Workplace&& other) noexcept : path_(std::exchange(other.path_, "")) {}
  Workplace& operator=(Workplace&&) = delete;

  std::string File(const char* name) const { return path_ + "/" + name; }

 private:
  explicit Workplace(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

class Child {
 public:
  // Its standard output comes through `output`, its standard error goes to a file.
  static absl::StatusOr<Child> Start(const std::string& program, std::vector<std::string> words,
                                     const std::string& errors) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return absl::UnavailableError("no pipe to the solver");
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&files, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&files, STDERR_FILENO, errors.c_str(), O_WRONLY | O_CREAT,
                                     0600);
    // The server's threads run with signals blocked; the solver listens to them.
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    Child child;
    const int failed =
        posix_spawn(&child.pid_, program.c_str(), &files, &attributes, arguments.data(), environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    close(ends[1]);
    child.output_ = ends[0];
    if (failed != 0) {
      child.pid_ = 0;
      return absl::UnavailableError("the solver could not be started");
    }
    setpriority(PRIO_PROCESS, static_cast<id_t>(child.pid_), kNiceness);
    return child;
  }
  ~Child() {
    if (output_ >= 0) close(output_);
    if (pid_ > 0) {
      kill(pid_, SIGKILL);
      waitpid(pid_, nullptr, 0);
    }
  }
  Child(Child&& other) noexcept
      : pid_(std::exchange(other.pid_, 0)), output_(std::exchange(other.output_, -1)) {}
  Child& operator=(Child&&) = delete;

  // What it has printed since, after some time even if that is nothing; none: it has ended.
  std::optional<std::string> Read() {
    pollfd wait{output_, POLLIN, 0};
    if (poll(&wait, 1, kLookEveryMs) <= 0) return "";
    char buffer[1 << 16];
    const ssize_t size = read(output_, buffer, sizeof buffer);
    if (size <= 0) return std::nullopt;
    return std::string(buffer, static_cast<size_t>(size));
  }
  void AskToEnd() { kill(pid_, SIGTERM); }
  // Its exit code; none: a signal ended it.
  std::optional<int> Wait() {
    int status = 0;
    waitpid(std::exchange(pid_, 0), &status, 0);
    if (WIFEXITED(status)) return WEXITSTATUS(status);
    return std::nullopt;
  }

 private:
  Child() = default;
  pid_t pid_ = 0;
  int output_ = -1;
};

std::string WordsIn(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  std::string words(std::istreambuf_iterator<char>(in), {});
  while (!words.empty() && (words.back() == '\n' || words.back() == '\r')) words.pop_back();
  // The command says who it is first.
  const std::string prefix = "wissel schedule solve: ";
  return words.starts_with(prefix) ? words.substr(prefix.size()) : words;
}

absl::Status WriteProblem(const schedule::ProblemFile& problem, const std::string& path) {
  std::string json;
  if (!google::protobuf::util::MessageToJsonString(problem, &json).ok()) {
    return absl::InternalError("the problem cannot be written");
  }
  std::ofstream out(path, std::ios::binary);
  out << json;
  out.close();
  if (!out) return absl::UnavailableError("there is no room for the solver's files");
  return absl::OkStatus();
}

// Line by line: progress is told, the schedule kept.
class Listener {
 public:
  Listener(LongRun& run, Duration limit) : run_(run), limit_(limit) {}

  // False: too much.
  bool Hear(const std::string& text) {
    pending_ += text;
    for (size_t end = pending_.find('\n'); end != std::string::npos; end = pending_.find('\n')) {
      HearLine(pending_.substr(0, end));
      pending_.erase(0, end + 1);
    }
    return pending_.size() < kMostOutput;
  }
  std::optional<schedule::Schedule> Take() { return std::move(schedule_); }

 private:
  void HearLine(const std::string& line) {
    google::protobuf::util::JsonParseOptions lenient;
    lenient.ignore_unknown_fields = true;
    schedule::Schedule whole;
    if (!google::protobuf::util::JsonStringToMessage(line, &whole, lenient).ok()) return;
    if (!whole.kind().empty()) {
      schedule_ = std::move(whole);
      return;
    }
    Progress progress;
    progress.done = static_cast<int64_t>(whole.seconds());
    progress.total = limit_.millis() / 1000;
    // A progress line calls it "best", which a schedule calls its objective.
    schedule::Progress told;
    if (google::protobuf::util::JsonStringToMessage(line, &told, lenient).ok()) {
      if (told.has_best()) progress.best = told.best();
      if (told.has_bound()) progress.bound = told.bound();
    }
    run_.Tell(progress);
  }

  LongRun& run_;
  const Duration limit_;
  std::string pending_;
  std::optional<schedule::Schedule> schedule_;
};

}  // namespace

absl::StatusOr<schedule::Schedule> Solve(const SolverProcess& solver,
                                         const schedule::ProblemFile& problem, Duration limit,
                                         LongRun& run) {
  WISSEL_ASSIGN_OR_RETURN(const Workplace place, Workplace::Make(solver.folder));
  WISSEL_RETURN_IF_ERROR(WriteProblem(problem, place.File("problem.json")));
  const std::string program = solver.program.empty() ? "/proc/self/exe" : solver.program;
  WISSEL_ASSIGN_OR_RETURN(Child child, Child::Start(program,
                                                    {"wissel", "schedule", "solve", "--problem",
                                                     place.File("problem.json"), "--seconds",
                                                     fmt::format("{}", limit.seconds()), "--json"},
                                                    place.File("errors")));
  Listener listener(run, limit);
  bool told = false;
  while (const std::optional<std::string> output = child.Read()) {
    if (!listener.Hear(*output)) return absl::InternalError("the solver says too much");
    if (run.cancelled() && !std::exchange(told, true)) child.AskToEnd();
  }
  const std::optional<int> code = child.Wait();
  std::optional<schedule::Schedule> schedule = listener.Take();
  if (code == 0 && schedule && schedule->has_objective()) return *std::move(schedule);
  if (run.cancelled()) return absl::CancelledError("nothing was found yet");
  if (code == 0) {
    return Refuse(absl::StatusCode::kDeadlineExceeded, "timeLimit", "no schedule was found in time",
                  "a longer time");
  }
  if (!code) return absl::InternalError("the solver was ended by a signal");
  return Refuse(absl::StatusCode::kFailedPrecondition, "", WordsIn(place.File("errors")));
}

}  // namespace wissel::forecasting

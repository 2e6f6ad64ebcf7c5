#include "server/feed/feed.h"

#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <memory>

#include "base/status.h"
#include "fmt/format.h"
#include "server/feed/cast.h"
#include "server/feed/client.h"
#include "server/feed/customers.h"
#include "server/feed/event_loop.h"
#include "server/feed/live_check.h"
#include "server/feed/report.h"
#include "server/feed/sim_agent.h"

namespace wissel::feed {
namespace {

std::atomic<bool> interrupted = false;

void Interrupt(int) { interrupted = true; }

absl::StatusOr<std::vector<ArrivalFile>> LoadFiles(const FeedOptions& options) {
  std::vector<ArrivalFile> files;
  for (const std::string& path : options.arrivals) {
    WISSEL_ASSIGN_OR_RETURN(ArrivalFile file, LoadArrivals(path));
    if (!options.date.empty()) {
      WISSEL_ASSIGN_OR_RETURN(file, OnDate(file, options.date));
    }
    files.push_back(std::move(file));
  }
  return files;
}

absl::StatusOr<PlanOptions> ToPlanOptions(const FeedOptions& options) {
  PlanOptions plan;
  plan.seed = options.seed;
  plan.behaviour = options.behaviour;
  plan.loop = options.loop;
  if (options.start.empty()) return plan;
  std::optional<FileTime> time;
  if (options.start.size() == 5) time = ParseStamp("1970-01-01T" + options.start);
  if (!time) {
    return Refuse(
        absl::StatusCode::kInvalidArgument, "",
        fmt::format("`{}` is no time of the day; write for example 10:00", options.start));
  }
  plan.start_of_day_s = *time;
  return plan;
}

// A feed from the first look to the report.
class Feed {
 public:
  Feed(const FeedOptions& options, Plan plan, std::vector<wissel::v1::Queue> queues,
       EventLoop& loop, Client& client)
      : options_(options),
        loop_(loop),
        client_(client),
        plan_(std::move(plan)),
        book_(std::move(queues), options.speed),
        live_(loop, client, book_) {}

  absl::Status Begin();
  void Play();
  void Drain();
  void End();
  // Prints the report; whether the books close.
  bool Report();

 private:
  void ShowProgress();
  int BusyAgents() const;
  double EndOfTime() const;

  const FeedOptions& options_;
  EventLoop& loop_;
  Client& client_;
  Plan plan_;
  Book book_;
  LiveCheck live_;
  std::unique_ptr<Timeline> timeline_;
  std::unique_ptr<Customers> customers_;
  std::vector<std::unique_ptr<SimAgent>> agents_;
  int shown_tenths_ = -1;
  bool showing_ = true;
};

absl::Status Feed::Begin() {
  std::vector<std::string> names;
  if (options_.agents > 0) {
    WISSEL_ASSIGN_OR_RETURN(names, MakeAgents(loop_, client_, book_.queues(), options_.agents));
  }
  if (!live_.Begin()) {
    return absl::UnavailableError("the live view does not show every queue that is fed");
  }
  timeline_ = std::make_unique<Timeline>(plan_.begin(), options_.speed);
  const SimAgent::World world{loop_, client_, book_, *timeline_, options_.behaviour};
  for (size_t i = 0; i < names.size(); ++i) {
    agents_.push_back(
        std::make_unique<SimAgent>(world, names[i], Random({options_.seed, 0xa9e27, i})));
    agents_.back()->Start();
  }
  const auto all_available = [this] {
    for (const auto& agent : agents_) {
      if (!agent->available()) return false;
    }
    return true;
  };
  bool late = false;
  loop_.After(std::chrono::seconds(30), [&late] { late = true; });
  loop_.RunUntil([&] { return all_available() || late || interrupted; });
  if (late && !all_available()) return absl::DeadlineExceededError("the agents cannot sign in");
  return absl::OkStatus();
}

double Feed::EndOfTime() const {
  if (options_.duration_s) return plan_.begin() + static_cast<double>(*options_.duration_s);
  return plan_.end();
}

void Feed::Play() {
  // The file's time begins now, when everyone is there.
  *timeline_ = Timeline(plan_.begin(), options_.speed);
  std::optional<double> end;
  if (options_.duration_s || !options_.loop) end = EndOfTime();
  customers_ = std::make_unique<Customers>(loop_, client_, book_, plan_, *timeline_,
                                           options_.behaviour.patience_mean_s > 0, end);
  customers_->Start();
  live_.KeepLooking();
  ShowProgress();
  loop_.RunUntil([this] { return customers_->done() || interrupted; });
  customers_->Stop();
}

void Feed::Drain() {
  const double until = timeline_->now() + static_cast<double>(options_.drain_s);
  loop_.RunUntil([&] {
    const bool at_rest = book_.Total().waiting() == 0 && BusyAgents() == 0;
    return customers_->done() && (at_rest || timeline_->now() >= until || interrupted);
  });
}

void Feed::End() {
  showing_ = false;
  live_.Stop();
  // Whoever interrupts may end the server too.
  if (interrupted) client_.StopRetrying();
  for (auto& agent : agents_) agent->Leave();
  bool late = false;
  const auto grace = std::chrono::seconds(interrupted ? 5 : 20);
  const auto timer = loop_.After(grace, [&late] { late = true; });
  loop_.RunUntil([&] {
    for (const auto& agent : agents_) {
      if (!agent->gone()) return late;
    }
    return true;
  });
  loop_.Cancel(timer);
  for (auto& agent : agents_) agent->GiveUp();
  // Who waits still, and who was answered by others.
  if (customers_) customers_->LookAround(static_cast<size_t>(book_.Total().waiting()));
  loop_.RunUntil([this] { return client_.outstanding() == 0; });
  live_.End();
}

bool Feed::Report() {
  const Tally total = book_.Total();
  fmt::print("\n{}\n", ReportTable(book_));
  fmt::print(
      "Waits are in the file's time: the server's clock times {:g}.\n"
      "Service level = answered within the queue's objective / (answered + abandoned - short "
      "abandons).\n",
      book_.speed());
  for (const auto& [message, count] : book_.refusals()) {
    fmt::print("Refused at the door {} times: {}\n", count, message);
  }
  for (const auto& [message, count] : book_.failures()) {
    fmt::print("Failed {} times: {}\n", count, message);
  }
  for (const std::string& disagreement : live_.disagreements()) {
    fmt::print("The live view disagrees: {}\n", disagreement);
  }
  const bool closes = total.unaccounted == 0 && live_.disagreements().empty();
  fmt::print("Books: offered {} = answered {} + abandoned {} + ended otherwise {} + waiting {}{}\n",
             total.offered, total.answered, total.abandoned, total.ended_otherwise, total.waiting(),
             total.unaccounted == 0 ? "" : fmt::format(" + unaccounted for {}", total.unaccounted));
  fmt::print("{} The live view was looked at {} times.\n",
             closes ? "The books close." : "THE BOOKS DO NOT CLOSE.", live_.looks());
  return closes;
}

void Feed::ShowProgress() {
  if (!showing_) return;
  loop_.After(std::chrono::seconds(1), [this] { ShowProgress(); });
  customers_->LookAround(50);
  const bool endless = options_.loop && !options_.duration_s;
  const double span = EndOfTime() - plan_.begin();
  const double done = endless ? 0 : std::min((timeline_->now() - plan_.begin()) / span, 1.0);
  const std::string line =
      ProgressLine(FormatStamp(plan_.OnCalendar(timeline_->now())), done, book_.Total(),
                   BusyAgents(), static_cast<int>(agents_.size()));
  if (isatty(STDERR_FILENO) != 0) {
    fmt::print(stderr, "\r{}\x1b[K", line);
    return;
  }
  const int tenths = static_cast<int>(done * 10);
  if (tenths > shown_tenths_) fmt::print(stderr, "{}\n", line);
  shown_tenths_ = std::max(shown_tenths_, tenths);
}

int Feed::BusyAgents() const {
  int busy = 0;
  for (const auto& agent : agents_) busy += agent->busy() ? 1 : 0;
  return busy;
}

int Fail(const absl::Status& status) {
  fmt::print(stderr, "wissel feed: {}\n", std::string(status.message()));
  return status.code() == absl::StatusCode::kInvalidArgument ? 2 : 1;
}

std::vector<std::string> QueueNames(const FeedOptions& options) {
  std::vector<std::string> names;
  for (const std::string& queue : options.queues) {
    names.push_back(queue.rfind("queues/", 0) == 0 ? queue : "queues/" + queue);
  }
  return names;
}

}  // namespace

int RunFeed(const FeedOptions& options) {
  std::signal(SIGINT, Interrupt);
  std::signal(SIGTERM, Interrupt);
  auto files = LoadFiles(options);
  if (!files.ok()) return Fail(files.status());
  auto plan_options = ToPlanOptions(options);
  if (!plan_options.ok()) return Fail(plan_options.status());

  EventLoop loop;
  Client client(loop, options.grpc, options.token);
  auto queues = FindQueues(loop, client, QueueNames(options));
  if (!queues.ok()) return Fail(queues.status());
  Feed feed(options, Plan(*std::move(files), *plan_options), *std::move(queues), loop, client);
  const absl::Status begun = feed.Begin();
  if (begun.ok()) {
    feed.Play();
    feed.Drain();
  }
  feed.End();
  if (!begun.ok()) return Fail(begun);
  return feed.Report() ? 0 : 1;
}

}  // namespace wissel::feed

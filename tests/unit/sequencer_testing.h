// What tests of the sequencer share: a small center, a clock in the test's hand, journals that
// wait or fail when told to.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "router/journal/journal.h"
#include "router/service/sequencer.h"

namespace wissel {

// Time that moves when the test moves it.
class HandClock {
 public:
  TimeSource source() const {
    auto millis = millis_;
    return {[] { return Instant::FromMillis(1'795'251'600'000); },
            [millis] { return Duration::Millis(*millis); }};
  }
  void Advance(Duration d) { *millis_ += d.millis(); }

 private:
  std::shared_ptr<std::atomic<int64_t>> millis_ = std::make_shared<std::atomic<int64_t>>(0);
};

// Passes everything on, but for what the test holds up or spoils.
class TestJournal : public Journal {
 public:
  struct Control {
    std::mutex mutex;
    std::condition_variable changed;
    bool held = false;
    int waiting = 0;
    absl::Status append_answer;  // when not OK, instead of appending
    int appends = 0;

    void Hold() {
      std::lock_guard lock(mutex);
      held = true;
    }
    void LetGo() {
      std::lock_guard lock(mutex);
      held = false;
      changed.notify_all();
    }
    // Until an append is held up.
    void AwaitAppend() {
      std::unique_lock lock(mutex);
      changed.wait(lock, [this] { return waiting > 0; });
    }
    void Spoil(absl::Status status) {
      std::lock_guard lock(mutex);
      append_answer = std::move(status);
    }
    int Appends() {
      std::lock_guard lock(mutex);
      return appends;
    }
  };

  TestJournal(std::unique_ptr<Journal> journal, std::shared_ptr<Control> control)
      : journal_(std::move(journal)), control_(std::move(control)) {}

  absl::StatusOr<JournalTail> Tail() override { return journal_->Tail(); }
  absl::StatusOr<uint64_t> AcquireEpoch() override { return journal_->AcquireEpoch(); }
  absl::Status Append(const RowHeader& header, std::string_view payload) override {
    std::unique_lock lock(control_->mutex);
    ++control_->waiting;
    control_->changed.notify_all();
    control_->changed.wait(lock, [this] { return !control_->held; });
    --control_->waiting;
    if (!control_->append_answer.ok()) return control_->append_answer;
    ++control_->appends;
    return journal_->Append(header, payload);
  }
  absl::Status CheckWritable() override {
    std::lock_guard lock(control_->mutex);
    return control_->append_answer;
  }
  absl::Status Maintain(bool idle) override { return journal_->Maintain(idle); }
  absl::StatusOr<std::unique_ptr<JournalReader>> OpenReader() override {
    return journal_->OpenReader();
  }

 protected:
  absl::Status Scan(uint64_t sequence, const Visitor& visit) override {
    absl::Status status;
    // The rows are checked twice; a test can afford it.
    (void)journal_->ReadAfter({}, [&](const JournalRow& row) {
      if (row.header.first_sequence > sequence) status = visit(row);
      return status;
    });
    return status;
  }

 private:
  std::unique_ptr<Journal> journal_;
  std::shared_ptr<Control> control_;
};

// Submits and waits for the answer.
inline absl::StatusOr<Outcome> Ask(Shard& shard, CommandBody body) {
  std::promise<absl::StatusOr<Outcome>> answer;
  Command command;
  command.body = std::move(body);
  shard.Submit(std::move(command), [&](const absl::StatusOr<Outcome>& outcome, const Engine&) {
    answer.set_value(outcome);
  });
  return answer.get_future().get();
}

inline uint64_t Must(Shard& shard, CommandBody body) {
  const auto outcome = Ask(shard, std::move(body));
  EXPECT_TRUE(outcome.ok()) << outcome.status();
  return outcome.ok() ? outcome->subject : 0;
}

// Waits for a round of the thread, timers included. False when the shard has stopped.
template <class Result>
Result ReadNow(Shard& shard, std::function<Result(const Engine&)> read) {
  std::promise<Result> result;
  EXPECT_TRUE(shard.Read([&](const Engine& engine) { result.set_value(read(engine)); }));
  return result.get_future().get();
}

inline uint64_t DigestNow(Shard& shard) {
  return ReadNow<uint64_t>(shard, [](const Engine& engine) { return engine.Digest(); });
}

// A voice queue "pensions" and agents "anna", "bart", not signed in.
struct SmallCenter {
  explicit SmallCenter(Shard& shard) {
    RoutingProfile voice{.name = "voice", .display_name = "Voice", .units = 100, .channels = {{}}};
    const ProfileId profile(static_cast<uint32_t>(Must(shard, ConfigureProfile{{}, voice, {}})));
    QueueConfig config;
    config.name = "pensions";
    config.display_name = "Pensions";
    queue = QueueId(
        static_cast<uint32_t>(Must(shard, ConfigureQueue{{}, config, {{RequirementStep()}}, {}})));
    for (auto [id, name] : {std::pair(&anna, "anna"), std::pair(&bart, "bart")}) {
      AgentConfig agent{.name = name, .profile = profile};
      *id = AgentId(static_cast<uint32_t>(Must(shard, ConfigureAgent{{}, agent, {}})));
    }
  }
  QueueId queue;
  AgentId anna;
  AgentId bart;
};

inline CreateItem NewItem(QueueId queue) {
  CreateItem create;
  create.queue = queue;
  create.contact = "contact";
  return create;
}

inline void BecomeAvailable(Shard& shard, AgentId agent) {
  Must(shard, SignIn{agent});
  Must(shard, SetPresence{agent, Presence::kAvailable, ""});
}

}  // namespace wissel

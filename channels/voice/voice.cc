#include "channels/voice/voice.h"

#include <algorithm>
#include <atomic>
#include <future>
#include <utility>
#include <vector>

#include "base/runtime/inbox.h"
#include "base/runtime/log.h"
#include "base/runtime/thread.h"
#include "base/status.h"
#include "channels/contacts/endings.h"
#include "channels/voice/desk.h"
#include "channels/voice/voice_service.h"
#include "router/core/item_of.h"

namespace wissel::voice {
namespace {

constexpr size_t kTasksAtOnce = 100'000;
// Of the shard: never turned away.
constexpr size_t kAlways = SIZE_MAX / 2;
constexpr Duration kLongestSleep = Duration::Seconds(1);
// For the farewells of calls that are under way when everything stops.
constexpr int kFarewellRounds = 20;
constexpr Duration kFarewell = Duration::Millis(50);
constexpr std::string_view kCollection = "calls/";

// Each item that the batch concerns, once.
std::vector<ItemFact> FactsOf(const CommittedBatch& batch, const Engine& engine) {
  std::vector<ItemId> items;
  for (const Event& event : batch.events) {
    const std::optional<ItemId> id = ItemOf(event);
    if (id && (items.empty() || items.back() != *id)) items.push_back(*id);
  }
  std::sort(items.begin(), items.end());
  items.erase(std::unique(items.begin(), items.end()), items.end());
  std::vector<ItemFact> facts;
  for (ItemId id : items) {
    const Item* item = engine.FindItem(id);
    if (item == nullptr) {
      facts.push_back({id, ItemState::kCompleted});  // ended, and forgotten already
    } else if (auto fact = FactOf(engine, *item)) {
      facts.push_back(*std::move(fact));
    }
  }
  return facts;
}

}  // namespace

// Shared with the callbacks that may outlive the channel: they find the inbox closed.
class VoiceChannel::Parts : public std::enable_shared_from_this<VoiceChannel::Parts> {
 public:
  Parts(Shard& shard, contacts::ContactStore& store, VoiceOptions options)
      : shard_(shard),
        store_(store),
        options_(std::move(options)),
        inbox_(kTasksAtOnce),
        desk_(shard_, store_, options_, [this](Desk::Task task) { Post(std::move(task)); }),
        service_(shard_, desk_, options_) {}

  void Observe() {
    shard_.AddObserver(
        [self = weak_from_this()](const CommittedBatch& batch, const Engine& engine) {
          auto parts = self.lock();
          if (parts == nullptr || !parts->open_) return;
          std::vector<ItemFact> facts = FactsOf(batch, engine);
          if (facts.empty()) return;
          parts->Post([parts = parts.get(), facts = std::move(facts)] {
            parts->desk_.OnLinesMoved();
            parts->desk_.OnFacts(facts);
          });
        });
  }

  absl::Status Start() {
    EndWhatWasUnderWay();
    EndWhatNeverEntered();
    std::promise<absl::Status> opened;
    auto result = opened.get_future();
    thread_ = std::make_unique<Thread>("voice", [this, &opened] { Run(opened); });
    absl::Status status = result.get();
    if (!status.ok()) thread_->Join();
    return status;
  }

  void Stop() {
    if (thread_ == nullptr) return;
    Post([this] { stopping_ = true; });
    thread_->Join();
    thread_.reset();
  }

  uint16_t port() const { return port_; }
  size_t legs() const { return legs_; }
  void Register(rpc::MethodTable& table) {
    service_.Register(table, [self = weak_from_this()](Desk::Task task) {
      auto parts = self.lock();
      if (parts == nullptr || !parts->open_) return false;
      parts->Post(std::move(task));
      return true;
    });
  }

 private:
  void Post(Desk::Task task) {
    if (inbox_.Push(task, kAlways) != PushResult::kPushed) return;
    std::lock_guard lock(door_mutex_);
    if (door_ != nullptr) door_->Wake();
  }

  // The legs of a process that is gone are gone: what waited has been left, and what was talked
  // about is wrapped up by its agent.
  void EndWhatWasUnderWay() {
    struct Lost {
      ItemId item;
      ItemState state;
      AgentId agent;
    };
    std::promise<std::vector<Lost>> found;
    auto living = found.get_future();
    const bool read = shard_.Read([&found](const Engine& engine) {
      std::vector<Lost> lost;
      engine.ForEachLivingItem(ItemId(1), [&](const Item& item) {
        const bool ours = item.channel == Channel::kVoice && !item.question &&
                          item.contact.starts_with(kCollection);
        if (ours && item.state != ItemState::kWrapping) {
          lost.push_back({item.id, item.state, item.agent()});
        }
        return true;
      });
      found.set_value(std::move(lost));
    });
    if (!read) return;
    const std::vector<Lost> lost = living.get();
    for (const Lost& each : lost) {
      if (IsUntouched(each.state) || each.state == ItemState::kOffered) {
        AskAndWait(AbandonItem{each.item});
      } else if (!AskAndWait(WrapUpItem{each.agent, each.item})) {
        AskAndWait(CompleteItem{each.agent, each.item, {}});
      }
    }
    if (lost.empty()) return;
    Log(LogLevel::kWarning, "calls were under way when the process ended; their items are ended",
        {{"calls", lost.size()}});
  }

  // Calls whose item was still on its way: they have heard nothing.
  void EndWhatNeverEntered() {
    std::promise<void> looked;
    store_.LoadLive(
        Channel::kVoice, [&](const absl::StatusOr<std::vector<contacts::Contact>>& living) {
          if (living.ok()) {
            for (const contacts::Contact& contact : *living) {
              if (contact.item) continue;
              store_.End(contact.name, shard_.now(), "", [](const absl::StatusOr<bool>&) {});
            }
          }
          looked.set_value();
        });
    looked.get_future().wait();
    contacts::EndThoseOfEndedItems(shard_, store_, Channel::kVoice);
  }

  bool AskAndWait(CommandBody body) {
    std::promise<bool> done;
    auto result = done.get_future();
    shard_.Submit(Command{std::move(body), std::nullopt, ""},
                  [&done](const absl::StatusOr<Outcome>& outcome, const Engine&) {
                    done.set_value(outcome.ok());
                  });
    return result.get();
  }

  // --- The voice thread

  void Run(std::promise<absl::Status>& opened) {
    auto door = SipDoor::Open(options_.sip, desk_);
    if (!door.ok()) return opened.set_value(door.status());
    port_ = (*door)->port();
    desk_.UseDoor(door->get());
    {
      std::lock_guard lock(door_mutex_);
      door_ = door->get();
    }
    open_ = true;
    opened.set_value(absl::OkStatus());
    while (!stopping_) {
      (*door)->Run(Sleep());
      Work();
      legs_ = (*door)->legs();
    }
    open_ = false;
    desk_.EndAll();
    for (int i = 0; i < kFarewellRounds && (*door)->legs() > 0; ++i) {
      (*door)->Run(kFarewell);
      Work();
    }
    service_.FinishAll();
    inbox_.Close();
    std::lock_guard lock(door_mutex_);
    door_ = nullptr;
  }

  void Work() {
    tasks_.clear();
    inbox_.Drain(tasks_, std::chrono::steady_clock::now());
    for (Desk::Task& task : tasks_) task();
  }

  Duration Sleep() {
    const std::optional<Instant> next = desk_.OnTime();
    if (inbox_.size() > 0) return Duration();
    if (!next) return kLongestSleep;
    return std::clamp(*next - shard_.now(), Duration(), kLongestSleep);
  }

  Shard& shard_;
  contacts::ContactStore& store_;
  const VoiceOptions options_;
  Inbox<Desk::Task> inbox_;
  std::atomic<bool> open_ = false;
  std::atomic<uint16_t> port_ = 0;
  std::atomic<size_t> legs_ = 0;
  std::mutex door_mutex_;
  SipDoor* door_ = nullptr;  // while it may be woken
  // Of the voice thread.
  bool stopping_ = false;
  std::vector<Desk::Task> tasks_;
  Desk desk_;
  VoiceService service_;
  std::unique_ptr<Thread> thread_;
};

std::unique_ptr<VoiceChannel> VoiceChannel::Open(Shard& shard, contacts::ContactStore& store,
                                                 VoiceOptions options) {
  contacts::EndWithTheirItems(shard, store, Channel::kVoice);
  auto parts = std::make_shared<Parts>(shard, store, std::move(options));
  parts->Observe();
  return std::unique_ptr<VoiceChannel>(new VoiceChannel(std::move(parts)));
}

VoiceChannel::VoiceChannel(std::shared_ptr<Parts> parts) : parts_(std::move(parts)) {}
VoiceChannel::~VoiceChannel() { parts_->Stop(); }

void VoiceChannel::Register(rpc::MethodTable& table) { parts_->Register(table); }
absl::Status VoiceChannel::Start() { return parts_->Start(); }
void VoiceChannel::Stop() { parts_->Stop(); }
uint16_t VoiceChannel::port() const { return parts_->port(); }
size_t VoiceChannel::legs() const { return parts_->legs(); }

}  // namespace wissel::voice

// VoiceService: what the desk sees of calls and does with them. Everything but Register belongs to
// the voice thread.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/rpc/method_table.h"
#include "channels/voice/desk.h"
#include "wissel/v1/voice.pb.h"

namespace wissel::voice {

class VoiceService {
 public:
  VoiceService(Shard& shard, Desk& desk, const VoiceOptions& options);

  // `post` puts a task on the voice thread; false when calls are not taken.
  void Register(rpc::MethodTable& table, std::function<bool(Desk::Task)> post);
  void FinishAll();

 private:
  struct Watcher {
    explicit Watcher(rpc::ServerStream<v1::Call> s) : stream(std::move(s)) {}
    rpc::ServerStream<v1::Call> stream;
    std::atomic<bool> closed = false;
    ItemId item;
    std::string agent;  // who may look on as long as they have it; empty: anyone else
    std::optional<v1::Call> next;
  };

  void Watch(const rpc::Caller& caller, const v1::WatchCallRequest& request,
             std::shared_ptr<Watcher> watcher);
  absl::StatusOr<v1::Call> HangUp(const rpc::Caller& caller, const v1::HangUpRequest& request);
  absl::StatusOr<v1::Call> Dial(const rpc::Caller& caller, const v1::DialRequest& request,
                                const std::optional<ItemFact>& fact, const std::string& contact);
  // Of an item that nobody has asked for: first whether its customer is to be called at all.
  void AskMayCall(const rpc::Caller& caller, const ItemFact& fact, const std::string& customer,
                  const std::string& number, std::function<void(const absl::Status&)> done) const;
  void Changed(ItemId item);
  static void Flush(Watcher& watcher);

  Shard& shard_;
  Desk& desk_;
  const VoiceOptions& options_;
  std::vector<std::shared_ptr<Watcher>> watchers_;
};

}  // namespace wissel::voice

// The contact store: conversations and their messages, apart from the journal, because they are
// personal data and must be erasable. The engine knows a conversation as "chats/<id>" and nothing
// else.
//
// One SQLite file (WAL, synchronous=FULL), one connection for every read, write and checkpoint,
// used by one thread of this class. What comes in while a transaction is being synced goes into the
// next one. Thread-safe. Callbacks come on the store's thread, in the order of the calls, and a
// change is durable when its callback is called; with the store full or closed they come at once on
// the calling thread.
//
// UNAVAILABLE: there was no room or a write failed; nothing was written. A failed sync stops the
// process: what is on the disk is not known then.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/time.h"
#include "router/core/ids.h"

namespace wissel::chat {

// The same numbers as wissel.v1.ChatMessage.Author.
enum class Author : uint8_t { kCustomer = 1, kAgent = 2 };

struct Message {
  int64_t number = 0;  // from 1, without gaps
  Author author = Author::kCustomer;
  std::string author_name;
  std::string text;
  Instant time;

  bool operator==(const Message&) const = default;
};

struct Chat {
  std::string id;
  std::string secret_hash;
  std::string queue;         // where it was started, last part of the resource name
  std::string display_name;  // as the customer gave it
  std::string language;
  Instant started;
  std::optional<ItemId> item;
  std::optional<Instant> ended;
  std::string agent;  // who had it last, last part of the resource name
  std::vector<Message> messages;
};

struct NewChat {
  Chat chat;  // without item, end and messages
  std::optional<Message> first_message;
  std::string request_hash;  // empty: not protected against repetition
  uint64_t fingerprint = 0;
  std::string sealed_secret;
};

struct NewMessage {
  std::string chat;
  Message message;         // without number
  std::string request_id;  // may be empty
  uint64_t fingerprint = 0;
  // Not OK: the message is refused with this, unless it repeats one that was taken.
  absl::Status may_add;
};

class ContactStore {
 public:
  template <class T>
  using Done = std::function<void(absl::StatusOr<T>)>;

  // How long a repeated start is answered as the first one was.
  static constexpr Duration kStartRepeatable = Duration::Minutes(10);

  static absl::StatusOr<std::unique_ptr<ContactStore>> Open(const std::string& path);
  ~ContactStore();

  struct Started {
    Chat chat;  // the one that was started, then or now
    std::string sealed_secret;
    bool repeated = false;
  };
  void Start(NewChat chat, Done<Started> done);
  // Its item has entered; the conversation is under way.
  void SetItem(std::string chat, ItemId item);
  // The engine refused its item: it never was.
  void Forget(std::string chat, Done<bool> done);

  struct Appended {
    Message message;
    bool repeated = false;
  };
  void Append(NewMessage message, Done<Appended> done);
  void End(std::string chat, Instant at, std::string agent, Done<bool> done);

  // None: there is no such conversation.
  void Load(std::string chat, Done<std::optional<Chat>> done);
  void LoadOfItem(ItemId item, Done<std::optional<Chat>> done);
  // All that have not ended.
  void LoadLive(Done<std::vector<Chat>> done);

  // A transcript was read by someone who does not have the item.
  void RecordRead(std::string user, std::string chat, Instant at, Done<bool> done);

  // Waits for what was asked before; what is asked later is UNAVAILABLE.
  void Close();

 private:
  class Worker;
  explicit ContactStore(std::unique_ptr<Worker> worker);

  std::unique_ptr<Worker> worker_;
};

}  // namespace wissel::chat

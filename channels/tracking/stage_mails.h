// Mails to customers when their request reaches another stage: who wants which, and what is still
// to be told. Each notice is handed over once, also across a restart: the row that says so is
// written after the mail is durable, under a request id that the mail channel takes once.
//
// Order: open before the shard is started (it adds an observer), `Start` once the shard runs and
// mails can be taken; on the way down `Stop` before the mail channel, the store and the shard stop.
// Thread-safe; nothing blocks but Settle. One thread of its own.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/sql/connection.h"
#include "channels/contacts/contact_store.h"
#include "channels/pages/page_set.h"
#include "channels/tracking/stage_notice.h"
#include "router/service/shard.h"

namespace wissel::tracking {

// A mail of the center's own accord: text, without markup.
struct StageMail {
  std::string contact;
  std::string to;  // a mail address
  std::string subject;
  std::string text;
  std::string request_id;  // the same is sent once
};

struct StageMailOptions {
  sql::Place place = ":memory:";                // of its table
  std::shared_ptr<const pages::PageSet> pages;  // the words
  std::string public_url;                       // "https://wissel.example.org"
  // What customers are told who have not chosen.
  Notices by_default;
  // Stages that follow each other within it are told as one.
  Duration delay = Duration::Minutes(1);
  // Takes a mail: OK once it is durable. On any thread.
  std::function<void(StageMail, std::function<void(absl::Status)>)> send;
};

class StageMails {
 public:
  // `shard` and `store` must outlive it.
  static absl::StatusOr<std::unique_ptr<StageMails>> Open(Shard& shard,
                                                          contacts::ContactStore& store,
                                                          StageMailOptions options);
  ~StageMails();

  void Start();
  void Stop();

  // Of which stages its customer is told; none: no mail address of theirs is known, or theirs is no
  // request that is followed.
  using Chosen = std::function<void(absl::StatusOr<std::optional<Notices>>)>;
  void Find(const contacts::Contact& contact, Chosen then);
  // Their choice from now on. FAILED_PRECONDITION where Find gives none.
  void Choose(const contacts::Contact& contact, Notices notices,
              std::function<void(absl::Status)> done);
  // What has just become of this item was its customer's own deed. Where the engine may be read.
  void CustomerDid(const Engine& engine, ItemId item);

  // Returns when all that came in before the call is done, and what is due has been handed over;
  // for tests, which have their own time.
  void Settle();

 private:
  class Parts;
  explicit StageMails(std::shared_ptr<Parts> parts);

  std::shared_ptr<Parts> parts_;
};

}  // namespace wissel::tracking

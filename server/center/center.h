// A center: its rooms wired together, without doors. Journal -> recovery -> sequencer -> services,
// each registered in one method table that doors are opened over.
//
// One thread opens, starts and stops it; the table is read-only once Open has returned.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/rpc/method_table.h"
#include "base/runtime/engine_clock.h"
#include "base/sql/stores.h"
#include "base/time.h"
#include "channels/email/mail_channel.h"
#include "channels/voice/voice.h"
#include "integration/webhooks/webhooks.h"
#include "router/service/recovery.h"
#include "router/service/shard.h"
#include "server/center/mail_setup.h"
#include "wissel/v1/fact_sheet.pb.h"
#include "wissel/v1/form.pb.h"
#include "wissel/v1/tracking.pb.h"

namespace wissel::server {

struct CenterOptions {
  // Where journal, people, contacts, history and all else are; none: all in memory, and forgotten
  // at the end.
  sql::Stores stores = std::nullopt;
  // Of the journal of stores that several machines share (router/journal/address.h), and under
  // which epoch it is written; none: the next.
  std::string journal_address = "";
  std::optional<uint64_t> epoch = std::nullopt;
  // Of who has followed that journal.
  std::function<std::optional<Recovered>()> standby = nullptr;
  TimeSource time = TimeSource::System();
  // The shard cannot go on, and the center is to be stopped; called on a thread of the center's.
  // None: the process ends.
  std::function<void(const absl::Status&)> on_fatal = nullptr;
  Duration lease = Duration::Seconds(30);
  Duration chat_grace = Duration::Seconds(60);
  int64_t chat_largest_file = 5 << 20;  // bytes
  // Of phone numbers that name no country: "BE". Empty: they are refused.
  std::string region;
  std::vector<v1::Form> forms;
  // Those to begin with (channels/facts).
  std::vector<v1::FactSheet> fact_sheets;
  // Of customers who are not satisfied (channels/tracking): last part of a queue's name; empty:
  // none.
  std::string follow_up_queue;
  int low_score = 2;
  // Of which stages customers are told by mail (channels/tracking).
  std::vector<v1::Tracking::Notice> notices;
  Duration notice_delay = Duration::Minutes(1);
  // In which customers' pages say times; empty: the center's as it was at the last start.
  std::string time_zone;
  // Folder of customers' pages (channels/pages); none: there are none.
  std::optional<std::string> customer_pages;
  std::string version;
  // Told how long each command waited for the sequencer; on its thread.
  std::function<void(std::chrono::steady_clock::duration)> waited;
  MailSetup mail;  // without addresses: no mails come in or go out
  // Where calls come from, and how; none: no calls are taken.
  std::optional<voice::VoiceOptions> voice;  // without what the center brings
  // What every published event says of where it comes from.
  std::string event_source = "/wissel";
  // `path` and `version` are the center's to fill in.
  webhooks::WebhookOptions webhooks = {};
};

class Center {
 public:
  // Recovers what the journal holds. DATA_LOSS names what is damaged; FAILED_PRECONDITION when
  // another process has the folder; ABORTED when another has a newer epoch of the shard.
  static absl::StatusOr<std::unique_ptr<Center>> Open(const CenterOptions& options);
  // Stops it if need be.
  ~Center();

  void Start();
  // Ends every stream, then carries out what has been taken. Close the doors to new calls first.
  void Stop();

  rpc::MethodTable& methods();
  Shard& shard();
  // Where an LMTP door delivers.
  email::MailChannel& mail();
  // Takes calls from now on, if any are to be taken; the port of the SIP door, 0 without one. Once,
  // when the center runs and has its queues. FAILED_PRECONDITION: the address cannot be had.
  absl::StatusOr<uint16_t> TakeCalls();
  // UNAVAILABLE while the journal cannot be written.
  absl::Status Ready() const;
  // How a call of a door ended: for the metrics.
  void CountAnswer(absl::StatusCode code);
  // For /metrics.
  std::string MetricsText() const;

 private:
  class Rooms;
  explicit Center(std::unique_ptr<Rooms> rooms);

  std::unique_ptr<Rooms> rooms_;
};

}  // namespace wissel::server

// The front door of tracking: TrackingService over a shard and the contact store.
//
// `Register` before a door opens. The shard, the store and the waits outlive it, and neither calls
// back once both have stopped. Handlers are thread-safe and never block.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "base/rpc/method_table.h"
#include "channels/contacts/contact_store.h"
#include "channels/pages/page_set.h"
#include "channels/tracking/stage_mails.h"
#include "router/service/shard.h"
#include "router/service/waits.h"

namespace wissel::tracking {

struct TrackingOptions {
  // None: no page is shown, and the methods alone serve.
  std::shared_ptr<const pages::PageSet> pages;
  const Waits* waits = nullptr;  // none: no wait is told
  std::string region;            // of telephone numbers without a country, ISO 3166-1; may be empty
  // Where a callback is made for a customer who gives `low_score` or less: last part of the queue's
  // resource name; empty: nowhere.
  std::string follow_up_queue;
  int low_score = 2;
  // Who tells customers of stages by mail; must outlive the tracker. None: nobody does.
  StageMails* stage_mails = nullptr;
  // Takes what the customer of a conversation writes (chat.h); none: they cannot write here.
  using Wrote = std::function<void(absl::Status)>;
  std::function<void(const std::string& conversation, std::string text, std::string request_id,
                     Wrote done)>
      write_to_chat;
};

class Tracker {
 public:
  Tracker(Shard& shard, contacts::ContactStore& store, TrackingOptions options);
  ~Tracker();

  void Register(rpc::MethodTable& table);

 private:
  class Parts;
  std::shared_ptr<Parts> parts_;
};

}  // namespace wissel::tracking

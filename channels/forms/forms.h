// The front door of the forms channel: FormService over a shard and the contact store.
//
// Order: open before the shard is started (it adds an observer), `Register` before a door opens,
// `Start` once the shard runs. The shard, the store and the pages outlive it, and neither calls
// back once both have stopped. Handlers are thread-safe and never block.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "base/rpc/method_table.h"
#include "channels/contacts/contact_store.h"
#include "channels/forms/flood_gate.h"
#include "channels/pages/page_set.h"
#include "router/service/shard.h"
#include "wissel/v1/form.pb.h"

namespace wissel::forms {

struct FormOptions {
  std::vector<v1::Form> forms;
  // None: no page is shown, and the methods alone serve.
  std::shared_ptr<const pages::PageSet> pages;
  std::string region;  // of telephone numbers without a country, ISO 3166-1; may be empty
  FloodGate::Limits limits;
  // By the last part of the agent's resource name, as customers read it; never null.
  std::function<std::string(std::string_view)> agent_display_name = [](std::string_view agent) {
    return std::string(agent);
  };
};

class FormChannel {
 public:
  // INVALID_ARGUMENT at "forms[2].fields[0].type".
  static absl::StatusOr<std::unique_ptr<FormChannel>> Open(Shard& shard,
                                                           contacts::ContactStore& store,
                                                           FormOptions options);
  ~FormChannel();

  void Register(rpc::MethodTable& table);
  // What was stored and has no item yet gets it.
  void Start();

 private:
  class Parts;
  explicit FormChannel(std::shared_ptr<Parts> parts);

  std::shared_ptr<Parts> parts_;
};

}  // namespace wissel::forms

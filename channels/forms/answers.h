// What an agent answers to a form: a message that its customer reads on the page /track/{token}.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "base/rpc/method_table.h"
#include "channels/contacts/contact_store.h"
#include "router/service/shard.h"
#include "wissel/v1/contact.pb.h"
#include "wissel/v1/form.pb.h"

namespace wissel::forms {

// Only the agent who has the item may answer; wrapping up, too. Never blocks; the callback comes on
// the shard's thread or the store's. FormService in form.proto has the errors.
void AnswerForm(Shard& shard, contacts::ContactStore& store,
                const std::function<std::string(std::string_view agent)>& display_name,
                const rpc::Caller& caller, const v1::AnswerFormRequest& request,
                std::function<void(absl::StatusOr<v1::ContactEntry>)> done);

}  // namespace wissel::forms

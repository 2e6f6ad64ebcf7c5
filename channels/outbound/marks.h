// Who is not to be contacted unasked: the marks, and DoNotContactService. Belongs to the room's
// thread, on which everything here is called and answered.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/rpc/answer.h"
#include "channels/contacts/contact_store.h"
#include "channels/outbound/mark_table.h"
#include "router/service/shard.h"
#include "wissel/v1/do_not_contact.pb.h"

namespace wissel::outbound {

using rpc::Answer;

// How somebody would be contacted.
enum class Way : uint8_t { kCall, kMail };

struct Verdict {
  bool forbidden = false;
  std::optional<Mark> mark;  // none where the customer's own wish forbids it
};

class Marks {
 public:
  using Task = std::function<void()>;
  // All must outlive it. `region` is that of numbers without a country. `post` puts a task on the
  // room's thread, from any thread.
  Marks(Shard& shard, contacts::ContactStore& store, StoreFile& file, std::string region,
        std::function<void(Task)> post);

  // Whether a mark, or what the customer said of their channels, forbids it. `customer` may be
  // empty, and be nobody any more.
  void Ask(const std::string& customer, const std::optional<contacts::Address>& address, Way way,
           std::function<void(absl::StatusOr<Verdict>)> then);
  // Inside a transaction.
  absl::Status MarkAddress(const contacts::Address& address, MarkReason reason,
                           const std::string& creator);

  // --- DoNotContactService
  void Set(const rpc::Caller&, const v1::SetDoNotContactRequest&,
           Answer<v1::SetDoNotContactResponse>);
  void Remove(const rpc::Caller&, const v1::RemoveDoNotContactRequest&,
              Answer<v1::RemoveDoNotContactResponse>);
  void List(const rpc::Caller&, const v1::ListDoNotContactRequest&,
            Answer<v1::ListDoNotContactResponse>);
  void Check(const rpc::Caller&, const v1::CheckDoNotContactRequest&,
             Answer<v1::CheckDoNotContactResponse>);

 private:
  std::string SubjectOf(const contacts::Address& address) const;
  absl::StatusOr<Mark> Read(const v1::DoNotContact& mark, const std::string& creator,
                            const std::string& field) const;
  absl::StatusOr<contacts::Address> ReadMarkable(const v1::CustomerAddress& address,
                                                 const std::string& field) const;

  Shard& shard_;
  contacts::ContactStore& store_;
  StoreFile& file_;
  MarkTable table_;
  const std::string region_;
  const std::function<void(Task)> post_;
};

}  // namespace wissel::outbound

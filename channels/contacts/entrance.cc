#include "channels/contacts/entrance.h"

#include <sodium.h>

#include <array>
#include <utility>

#include "fmt/format.h"

namespace wissel::contacts {
RequestIdentity EntranceOf(std::string_view contact, std::string_view occasion) {
  const std::string text = fmt::format("{}\n{}", contact, occasion);
  std::array<unsigned char, 16> hash{};
  crypto_generichash(hash.data(), hash.size(), reinterpret_cast<const unsigned char*>(text.data()),
                     text.size(), nullptr, 0);
  RequestIdentity identity;
  for (size_t i = 0; i < 8; ++i) {
    identity.key.high = identity.key.high << 8 | hash[i];
    identity.key.low = identity.key.low << 8 | hash[i + 8];
  }
  identity.fingerprint = 1;
  return identity;
}

void Enter(Shard& shard, ContactStore& store, Entrance entrance,
           std::function<void(absl::StatusOr<ItemId>)> done) {
  const std::string contact = entrance.item.contact;
  Command command{std::move(entrance.item), EntranceOf(contact, entrance.occasion)};
  shard.Submit(std::move(command), [&store, contact, forget = entrance.forget_if_refused,
                                    done = std::move(done)](const absl::StatusOr<Outcome>& outcome,
                                                            const Engine&) {
    if (outcome.ok()) {
      const ItemId item(outcome->subject);
      store.SetItem(contact, item);
      return done(item);
    }
    const absl::Status refused = outcome.status();
    // What could not be carried out may be tried again.
    const bool again = absl::IsUnavailable(refused) || absl::IsResourceExhausted(refused);
    if (!forget || again) return done(refused);
    store.Forget(contact, [done, refused](const absl::StatusOr<bool>&) { done(refused); });
  });
}

}  // namespace wissel::contacts

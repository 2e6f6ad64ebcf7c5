#include "channels/tracking/stage_mails.h"

#include <algorithm>
#include <future>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "base/rpc/answer.h"
#include "base/runtime/log.h"
#include "base/runtime/task_thread.h"
#include "base/status.h"
#include "channels/tracking/notice_table.h"
#include "channels/tracking/standing.h"
#include "channels/tracking/tracking_page.h"
#include "fmt/format.h"
#include "router/core/item_of.h"

namespace wissel::tracking {
namespace {

using contacts::Contact;
using contacts::Customer;

constexpr size_t kCallsAtOnce = 10'000;
// Where a mail could not be handed over.
constexpr Duration kTryAgain = Duration::Minutes(1);

const contacts::Address* MailAddressOf(const Customer& customer) {
  const auto it = std::ranges::find_if(customer.addresses, [](const contacts::Address& address) {
    return address.kind == contacts::AddressKind::kEmail;
  });
  return it == customer.addresses.end() ? nullptr : &*it;
}

bool WantsNoMail(const Customer& customer) {
  return std::ranges::find(customer.do_not_contact, Channel::kEmail) !=
         customer.do_not_contact.end();
}

// What a batch says of requests; each once, as it stands after the batch.
std::vector<Standing> StandingsOf(const CommittedBatch& batch, const Engine& engine) {
  std::vector<Standing> standings;
  for (const Event& event : batch.events) {
    const std::optional<ItemId> id = ItemOf(event);
    const Item* item = id ? engine.FindItem(*id) : nullptr;
    if (item == nullptr) continue;
    std::optional<Standing> standing = StandingIn(*item);
    if (!standing) continue;
    const auto* woken = std::get_if<ItemWoken>(&event.body);
    const bool own = std::holds_alternative<ItemEntered>(event.body) ||
                     std::holds_alternative<ItemPaused>(event.body) ||
                     std::holds_alternative<ItemAbandoned>(event.body) ||
                     (woken != nullptr && !woken->by_agent);
    auto known = std::ranges::find(standings, *id, &Standing::item);
    if (known == standings.end()) known = standings.insert(known, *std::move(standing));
    // What follows in the same batch follows from it.
    known->by_customer = known->by_customer || own;
  }
  return standings;
}

}  // namespace

// Shared with the callbacks of store and shard that may outlive the room.
class StageMails::Parts : public std::enable_shared_from_this<StageMails::Parts> {
 public:
  Parts(Shard& shard, contacts::ContactStore& store, StageMailOptions options, NoticeTable table,
        std::vector<Followed> all)
      : shard_(shard), store_(store), options_(std::move(options)), table_(std::move(table)) {
    for (const Followed& one : all) Remember(one);
  }

  void Observe() {
    shard_.AddObserver(
        [weak = weak_from_this()](const CommittedBatch& batch, const Engine& engine) {
          auto parts = weak.lock();
          if (parts == nullptr) return;
          std::vector<Standing> standings = StandingsOf(batch, engine);
          if (standings.empty()) return;
          parts->thread_.Post([parts = parts.get(), standings = std::move(standings)] {
            for (const Standing& standing : standings) parts->OnStanding(standing);
          });
        });
    store_.ObserveErasures([weak = weak_from_this()](const std::vector<std::string>& contacts) {
      auto parts = weak.lock();
      if (parts == nullptr) return;
      parts->thread_.Post([parts = parts.get(), contacts] {
        for (const std::string& contact : contacts) parts->Drop(contact);
      });
    });
  }

  // What went on while nobody looked is a change like any other.
  void Start() {
    std::vector<ItemId> items;
    for (const auto& [contact, one] : followed_) items.push_back(one.item);
    thread_.Start([this] { return Step(); });
    shard_.Read([self = shared_from_this(), items](const Engine& engine) {
      std::vector<Standing> standings;
      const auto add = [&](const Item& item) {
        if (auto standing = StandingIn(item)) standings.push_back(*std::move(standing));
      };
      for (const ItemId id : items) {
        const Item* item = engine.FindItem(id);
        if (item != nullptr && IsOver(StageOf(*item))) add(*item);
      }
      engine.ForEachLivingItem(ItemId(1), [&](const Item& item) {
        add(item);
        return true;
      });
      self->thread_.Post([parts = self.get(), standings = std::move(standings)] {
        for (const Standing& standing : standings) parts->OnStanding(standing);
        parts->begun_ = true;
      });
    });
  }

  void Stop() { thread_.Stop(); }

  void Find(const Contact& contact, Chosen then) {
    WithMail(contact, [self = shared_from_this(), contact, then](absl::StatusOr<Reach> reach) {
      if (!reach.ok()) return then(reach.status());
      if (reach->address.empty()) return then(std::nullopt);
      const auto it = self->followed_.find(contact.name);
      const bool chosen = it != self->followed_.end() && it->second.chosen;
      if (chosen) return then(*it->second.chosen);
      then(reach->declines ? Notices() : self->options_.by_default);
    });
  }

  void Choose(const Contact& contact, Notices notices, std::function<void(absl::Status)> done) {
    WithMail(contact, [self = shared_from_this(), contact, notices,
                       done](absl::StatusOr<Reach> reach) {
      if (!reach.ok()) return done(reach.status());
      if (reach->address.empty()) {
        return done(Refuse(absl::StatusCode::kFailedPrecondition, "token",
                           "no mail address of this customer is known"));
      }
      self->Stand(contact.item, [self, contact, notices, done](std::optional<Standing> standing) {
        Followed one{contact.name};
        if (const auto it = self->followed_.find(contact.name); it != self->followed_.end()) {
          one = it->second;
        } else if (standing) {
          Know(one, *standing);
        }
        one.chosen = notices;
        done(self->Keep(one));
      });
    });
  }

  void CustomerDid(const Engine& engine, ItemId id) {
    const Item* item = engine.FindItem(id);
    std::optional<Standing> standing = item == nullptr ? std::nullopt : StandingIn(*item);
    if (!standing) return;
    standing->by_customer = true;
    thread_.Post([this, standing = *std::move(standing)] { OnStanding(standing); });
  }

  void Settle() {
    for (int round = 0; round < 8; ++round) {
      std::promise<void> stored;
      store_.LoadLive(Channel::kTask,
                      [&](const absl::StatusOr<std::vector<Contact>>&) { stored.set_value(); });
      stored.get_future().wait();
      if (!thread_.Settle()) return;
    }
  }

 private:
  // How a customer can be reached by mail; no address: not at all.
  struct Reach {
    std::string address;
    bool declines = false;  // of anything that they did not ask for
  };

  // On the room's thread; where there is nobody to reach, at once.
  void WithMail(const Contact& contact, std::function<void(absl::StatusOr<Reach>)> then) {
    if (!HasPage(contact.name)) return then(Reach());
    store_.LoadCustomer(
        contact.customer,
        [self = shared_from_this(), then](const absl::StatusOr<std::optional<Customer>>& loaded) {
          absl::StatusOr<Reach> reach = Reach();
          if (!loaded.ok()) {
            reach = loaded.status();
          } else if (loaded->has_value()) {
            const contacts::Address* address = MailAddressOf(**loaded);
            if (address != nullptr) reach = Reach{address->text, WantsNoMail(**loaded)};
          }
          if (!self->thread_.Post([then, reach] { then(reach); })) then(rpc::Stopping());
        });
  }

  // How the item stands; none: the engine has forgotten it. On the room's thread.
  void Stand(std::optional<ItemId> id, std::function<void(std::optional<Standing>)> then) {
    const bool reads = shard_.Read([self = shared_from_this(), id, then](const Engine& engine) {
      const Item* item = id ? engine.FindItem(*id) : nullptr;
      std::optional<Standing> standing = item == nullptr ? std::nullopt : StandingIn(*item);
      self->thread_.Post([then, standing = std::move(standing)] { then(standing); });
    });
    if (!reads) then(std::nullopt);
  }

  absl::Status Keep(const Followed& one) {
    const absl::Status saved = table_.Save(one);
    if (saved.ok()) Remember(one);
    return saved;
  }
  void Remember(const Followed& one) {
    Forget(one.contact);
    followed_.emplace(one.contact, one);
    if (one.due) due_.emplace(*one.due, one.contact);
  }
  bool Forget(const std::string& contact) {
    const auto it = followed_.find(contact);
    if (it == followed_.end()) return false;
    if (it->second.due) due_.erase({*it->second.due, contact});
    followed_.erase(it);
    return true;
  }
  void Drop(const std::string& contact) {
    if (!Forget(contact)) return;
    if (!table_.Drop(contact).ok()) {
      Log(LogLevel::kWarning, "what a customer wanted to be told stays on the disk");
    }
  }

  // What cannot be written now is seen again with the next change, or at the next start.
  void OnStanding(const Standing& standing) {
    const auto it = followed_.find(standing.contact);
    if (it == followed_.end()) {
      if (options_.by_default.empty() || IsOver(standing.stage)) return;
      Followed one{standing.contact};
      Know(one, standing);
      // What waits is known to whoever sent it; of anything else they have not heard.
      if (!standing.by_customer && standing.stage != v1::Tracking::RECEIVED) {
        one.stage = v1::Tracking::RECEIVED;
        OnChange(one, standing, shard_.now(), options_.delay);
      }
      Keep(one).IgnoreError();
      return;
    }
    Followed one = it->second;
    if (OnChange(one, standing, shard_.now(), options_.delay)) Keep(one).IgnoreError();
  }

  std::optional<Duration> Step() {
    const Instant now = shard_.now();
    auto next = begun_ ? due_.begin() : due_.end();
    for (; next != due_.end() && next->first <= now; ++next) {
      if (telling_.insert(next->second).second) Tell(next->second);
    }
    if (next == due_.end()) return std::nullopt;
    return next->first - now;
  }

  // --- One notice, from its row to the mail channel

  void Tell(const std::string& name) {
    store_.Load(name, [self = shared_from_this(),
                       name](const absl::StatusOr<std::optional<Contact>>& loaded) {
      self->thread_.Post([self = self.get(), name, loaded] {
        if (!loaded.ok()) return self->Later(name);
        if (!loaded->has_value()) return self->Done(name, nullptr);
        const Contact& contact = **loaded;
        self->WithMail(contact, [self, contact](absl::StatusOr<Reach> reach) {
          const auto it = self->followed_.find(contact.name);
          if (it == self->followed_.end()) return self->Done(contact.name, nullptr);
          if (!reach.ok()) return self->Later(contact.name);
          self->Stand(it->second.item,
                      [self, contact, reach = *reach](std::optional<Standing> standing) {
                        self->TellOf(contact, reach, standing);
                      });
        });
      });
    });
  }

  void TellOf(const Contact& contact, const Reach& reach, const std::optional<Standing>& standing) {
    const auto it = followed_.find(contact.name);
    if (it == followed_.end() || !standing) return Done(contact.name, nullptr);
    const Followed& one = it->second;
    const std::optional<Notice> news = NewsOf(one, *standing);
    const Notices wanted = one.chosen.value_or(reach.declines ? Notices() : options_.by_default);
    if (!news || !wanted.Has(*news) || reach.address.empty()) {
      return Done(contact.name, &*standing);
    }
    StageMail mail{contact.name, reach.address, "", "",
                   fmt::format("notice {} {} {}", one.item.value(), one.told,
                               static_cast<int>(standing->stage))};
    const std::string language = options_.pages->ChooseLanguage({contact.language});
    const std::string link =
        fmt::format("{}/track/{}", options_.public_url, store_.TrackingToken(contact.name));
    const bool promised = standing->stage == v1::Tracking::RECEIVED;
    std::tie(mail.subject, mail.text) =
        StageMailText(*options_.pages, language,
                      {.news = *news,
                       .stage = standing->stage,
                       .promise = promised ? std::optional(standing->promise) : std::nullopt,
                       .reference = std::to_string(standing->item.value()),
                       .about = contact.subject,
                       .center = shard_.directory()->center.display_name,
                       .link = link});
    options_.send(std::move(mail), [self = shared_from_this(), name = contact.name,
                                    standing = *standing](const absl::Status& taken) {
      self->thread_.Post([self = self.get(), name, standing, taken] {
        if (!taken.ok()) return self->Later(name);
        self->Done(name, &standing, /*told=*/1);
      });
    });
  }

  void Later(const std::string& name) {
    telling_.erase(name);
    const auto it = followed_.find(name);
    if (it == followed_.end()) return;
    Followed one = it->second;
    one.due = shard_.now() + kTryAgain;
    Remember(one);
  }

  // They know how it stands. What nobody has chosen, and is over, is forgotten.
  void Done(const std::string& name, const Standing* standing, int told = 0) {
    telling_.erase(name);
    const auto it = followed_.find(name);
    if (it == followed_.end()) return;
    Followed one = it->second;
    one.due.reset();
    one.told += told;
    if (standing != nullptr) Know(one, *standing);
    if (!one.chosen && (standing == nullptr || IsOver(one.stage))) return Drop(name);
    if (!Keep(one).ok()) Later(name);
  }

  Shard& shard_;
  contacts::ContactStore& store_;
  const StageMailOptions options_;
  TaskThread thread_{"notices", kCallsAtOnce};
  // Of the room's thread, once it runs.
  NoticeTable table_;
  std::map<std::string, Followed> followed_;
  std::set<std::string> telling_;
  std::set<std::pair<Instant, std::string>> due_;  // of those in followed_ that are
  bool begun_ = false;
};

absl::StatusOr<std::unique_ptr<StageMails>> StageMails::Open(Shard& shard,
                                                             contacts::ContactStore& store,
                                                             StageMailOptions options) {
  WISSEL_ASSIGN_OR_RETURN(NoticeTable table, NoticeTable::Open(options.place));
  WISSEL_ASSIGN_OR_RETURN(std::vector<Followed> all, table.LoadAll());
  auto parts =
      std::make_shared<Parts>(shard, store, std::move(options), std::move(table), std::move(all));
  parts->Observe();
  return std::unique_ptr<StageMails>(new StageMails(std::move(parts)));
}

StageMails::StageMails(std::shared_ptr<Parts> parts) : parts_(std::move(parts)) {}
StageMails::~StageMails() { Stop(); }

void StageMails::Start() { parts_->Start(); }
void StageMails::Stop() { parts_->Stop(); }
void StageMails::Settle() { parts_->Settle(); }
void StageMails::Find(const contacts::Contact& contact, Chosen then) {
  parts_->Find(contact, std::move(then));
}
void StageMails::Choose(const contacts::Contact& contact, Notices notices,
                        std::function<void(absl::Status)> done) {
  parts_->Choose(contact, notices, std::move(done));
}
void StageMails::CustomerDid(const Engine& engine, ItemId item) {
  parts_->CustomerDid(engine, item);
}

}  // namespace wissel::tracking

#include "channels/chat/hub.h"

#include <algorithm>

#include "base/invariant.h"
#include "base/status.h"
#include "router/service/names.h"

namespace wissel::chat {
namespace {

// Shorter than any proxy's idea of a dead connection; it is also how a vanished customer is
// noticed.
constexpr Duration kSignOfLife = Duration::Seconds(10);
constexpr Duration kLinesEvery = Duration::Seconds(1);
constexpr Duration kAbandonAgain = Duration::Seconds(1);
constexpr Duration kWakeAgain = Duration::Seconds(1);
// An ended conversation stays in memory for this long after its last use.
constexpr Duration kKeptAfterUse = Duration::Minutes(1);

absl::Status Denied() {
  return Refuse(absl::StatusCode::kPermissionDenied, "secret",
                "this secret does not open this conversation");
}

}  // namespace

bool IsConversation(std::string_view contact) {
  return contact.starts_with("chats/") || contact.starts_with("messages/");
}

std::optional<NamedFact> FactOf(const Engine& engine, const Item& item) {
  // A consult has the customer's contact; the conversation is the item's.
  if (item.question || !IsConversation(item.contact)) return std::nullopt;
  NamedFact named{item.contact, {item.id, item.state, item.queue, "", item.entered}};
  named.fact.since = item.state_since;
  if (IsWithAgent(item.state)) named.fact.agent = engine.directory().agents.Get(item.agent()).name;
  const Item* consult = item.consult ? engine.FindItem(item.consult->item) : nullptr;
  if (consult != nullptr && IsAssigned(consult->state)) {
    named.fact.consulted = engine.directory().agents.Get(consult->agent()).name;
    named.fact.conference = item.consult->conference;
  }
  return named;
}

Hub::Hub(Shard& shard, ContactStore& store, const ChatOptions& options,
         std::function<void(Task)> post)
    : shard_(shard),
      store_(store),
      options_(options),
      post_(std::move(post)),
      uploads_(options.largest_file) {}

// --- What comes from the engine

void Hub::Begin(std::vector<Contact> stored, std::vector<NamedFact> living) {
  std::map<std::string, const NamedFact*> facts;
  for (const NamedFact& fact : living) facts[fact.chat] = &fact;
  for (Contact& chat : stored) {
    auto fact = facts.find(chat.name);
    if (fact == facts.end()) {
      store_.End(chat.name, now(), chat.agent, [](const absl::StatusOr<bool>&) {});
      continue;
    }
    Put(std::move(chat));
  }
  for (const NamedFact& fact : living) {
    if (!rooms_.contains(fact.chat)) Adopt(fact);
  }
  begun_ = true;
  OnFacts(std::move(living));
  for (Task& task : std::exchange(until_begun_, {})) task();
}

// The customer has left, but the item lives on.
void Hub::Adopt(const NamedFact& living) {
  store_.Load(living.chat,
              [this, post = post_, living](absl::StatusOr<std::optional<Contact>> loaded) {
                post([this, living, loaded = std::move(loaded)] {
                  if (!loaded.ok() || Find(living.chat) != nullptr) return;
                  if (!loaded->has_value()) return OnErased({living.chat}), OnFacts({living});
                  Put(**loaded);
                  OnFacts({living});
                });
              });
}

void Hub::WhenBegun(Task task) {
  if (begun_) return task();
  until_begun_.push_back(std::move(task));
}

void Hub::OnFacts(std::vector<NamedFact> facts) {
  if (!begun_) return;  // Begin's facts are later
  for (NamedFact& named : facts) {
    if (named.chat.empty()) {
      auto it = by_item_.find(named.fact.item);
      if (it == by_item_.end()) continue;
      named.chat = it->second;
    }
    Room* room = Find(named.chat);
    if (room == nullptr) {
      if (erased_.contains(named.chat)) AbandonErased(named.fact);
      continue;
    }
    by_item_[named.fact.item] = named.chat;
    room->conversation.OnItem(named.fact, now());
    Changed(*room);
  }
}

// --- Rooms

Hub::Room& Hub::Put(Contact chat) {
  const std::string id = chat.name;
  if (chat.item) by_item_[*chat.item] = id;
  const bool ended = chat.ended.has_value();
  Room& room = rooms_.try_emplace(id, std::move(chat), now(), options_.grace).first->second;
  room.end_stored = ended;
  room.used_at = now();
  Retime(room, now());
  return room;
}

Hub::Room* Hub::Find(const std::string& chat) {
  auto it = rooms_.find(chat);
  return it == rooms_.end() ? nullptr : &it->second;
}

void Hub::WithSecret(const std::string& name, const std::string& secret, WithRoom then) {
  if (!IsConversation(name) || !contacts::IsContactName(name)) {
    return then(RefuseField("chat", Quoted(name) + " is no name of a chat", "chats/{chat}"));
  }
  if (!store_.IsTrackingToken(secret, name)) return then(Denied());
  WithName(name, Denied(), then);
}

void Hub::WithName(const std::string& name, const absl::Status& if_none, const WithRoom& then) {
  if (Room* room = Find(name)) {
    room->used_at = now();
    return then(room);
  }
  store_.Load(name,
              [this, post = post_, if_none, then](absl::StatusOr<std::optional<Contact>> loaded) {
                post([=, this] { Loaded(loaded, if_none, then); });
              });
}

void Hub::WithItem(const std::string& work_item, WithRoom then) {
  const absl::StatusOr<ItemId> item = ParseItemName(work_item, "workItem");
  if (!item.ok()) return then(item.status());
  auto it = by_item_.find(*item);
  if (Room* room = it == by_item_.end() ? nullptr : Find(it->second)) {
    room->used_at = now();
    return then(room);
  }
  const absl::Status none =
      Refuse(absl::StatusCode::kNotFound, "workItem", work_item + " has no conversation");
  store_.LoadOfItem(
      *item, [this, post = post_, none, then](absl::StatusOr<std::optional<Contact>> loaded) {
        post([=, this] { Loaded(loaded, none, then); });
      });
}

void Hub::Loaded(absl::StatusOr<std::optional<Contact>> loaded, const absl::Status& if_none,
                 const WithRoom& then) {
  if (!loaded.ok()) return then(loaded.status());
  if (!loaded->has_value() || !IsConversation((*loaded)->name)) return then(if_none);
  Contact& chat = **loaded;
  if (erased_.contains(chat.name)) return then(if_none);
  Room* room = Find(chat.name);
  then(room != nullptr ? room : &Put(std::move(chat)));
}

void Hub::OnErased(const std::vector<std::string>& chats) {
  const absl::Status gone = Refuse(absl::StatusCode::kNotFound, "", "it has been erased");
  for (const std::string& name : chats) {
    if (!IsConversation(name)) continue;
    erased_.insert(name);
    Room* room = Find(name);
    if (room == nullptr) continue;
    for (const auto& watcher : room->customers) watcher->Finish(gone);
    for (const auto& watcher : room->agents) watcher->Finish(gone);
    const Conversation& conversation = room->conversation;
    if (conversation.has_item()) by_item_.erase(*conversation.contact().item);
    if (conversation.waits()) AbandonErased({*conversation.contact().item, ItemState::kWaiting});
    if (room->timer) timers_.erase({*room->timer, name});
    in_line_.erase(name);
    rooms_.erase(name);
    uploads_.DropAllOf(name);
  }
}

// Whoever has the item completes it; nobody is to be offered it.
void Hub::AbandonErased(const ItemFact& fact) {
  if (fact.state > ItemState::kOffered) return;
  shard_.Submit(Command{AbandonItem{fact.item}, std::nullopt},
                [](const absl::StatusOr<Outcome>&, const Engine&) {});
}

// --- What follows from a change

void Hub::Changed(Room& room) {
  const Instant t = now();
  Conversation& conversation = room.conversation;
  if (conversation.ended() && !room.end_stored) {
    StoreEnd(room, [](const absl::StatusOr<bool>&) {});
  }
  if (conversation.WaitsForNobody(t) && !room.abandoning && t >= room.abandon_again_at) {
    Abandon(room);
  }
  if (room.sleeps_in() && t >= room.wake_again_at) Wake(room);
  const bool by_mail = options_.go_on_by_mail && conversation.MustGoOnByMail(t);
  if (by_mail && !room.going_on && t >= room.go_on_again_at) GoOnByMail(room);
  const bool shown_a_place = !room.customers.empty() || !conversation.mail_address().empty();
  if (conversation.in_line() && shown_a_place) {
    if (in_line_.insert(conversation.contact().name).second) lines_moved_ = true;
  } else {
    in_line_.erase(conversation.contact().name);
  }
  CutFormerHolders(room);
  Flush(room, t);
  Retime(room, t);
}

void Hub::StoreEnd(Room& room, ContactStore::Done<bool> done) {
  room.end_stored = true;
  const Contact& chat = room.conversation.contact();
  store_.End(chat.name, *chat.ended, chat.agent, std::move(done));
}

void Hub::Abandon(Room& room) {
  room.abandoning = true;
  const Contact& chat = room.conversation.contact();
  shard_.Submit(
      Command{AbandonItem{*chat.item}, std::nullopt},
      [this, post = post_, id = chat.name](const absl::StatusOr<Outcome>& outcome, const Engine&) {
        if (outcome.ok()) return;  // the item's end comes as a fact
        post([this, id] {
          Room* room = Find(id);
          if (room == nullptr) return;
          room->abandoning = false;
          room->abandon_again_at = now() + kAbandonAgain;
          Retime(*room, now());
        });
      });
}

// Also after a restart between the message and this: what is stored says that it is due.
void Hub::Wake(Room& room) {
  room.woken = room.conversation.aside_since();
  const Contact& chat = room.conversation.contact();
  shard_.Submit(
      Command{WakeItem{*chat.item}, std::nullopt},
      [this, post = post_, id = chat.name](const absl::StatusOr<Outcome>& outcome, const Engine&) {
        if (outcome.ok()) return;  // that it is awake comes as a fact
        post([this, id] {
          Room* room = Find(id);
          if (room == nullptr) return;
          room->woken.reset();
          room->wake_again_at = now() + kWakeAgain;
          Retime(*room, now());
        });
      });
}

// An item that was handed on takes its conversation with it.
void Hub::CutFormerHolders(Room& room) {
  std::erase_if(room.agents, [&](const std::shared_ptr<AgentWatcher>& watcher) {
    if (watcher->holder.empty() || room.conversation.IsOpenTo(watcher->holder)) return false;
    watcher->Finish(Refuse(absl::StatusCode::kPermissionDenied, "workItem",
                           "the work item is no longer with this agent"));
    return true;
  });
}

void Hub::Flush(Room& room, Instant t) {
  const Conversation& conversation = room.conversation;
  const auto flush = [&](auto& watchers, const auto& view, const auto& write) {
    for (const auto& watcher : watchers) {
      const bool news =
          watcher->sent_view != view || watcher->sent_number < conversation.last_number();
      if (!news && t - watcher->sent_at < kSignOfLife) continue;
      if (!watcher->stream.writable()) continue;
      write(*watcher);
      watcher->sent_view = view;
      watcher->sent_number = conversation.last_number();
      watcher->sent_at = t;
    }
  };
  const Contact& chat = conversation.contact();
  if (!room.customers.empty()) {
    const Conversation::CustomerView view = conversation.ForCustomer(t);
    const AgentDisplayName name = [this](std::string_view agent) { return NameShown(agent); };
    flush(room.customers, view, [&](CustomerWatcher& w) {
      v1::CustomerChatUpdate update = ToProto(chat, view, w.sent_number, name);
      WriteFileRules(options_.largest_file, update.mutable_file_rules());
      if (!options_.send_mail) update.set_may_mail_transcript(false);
      if (update.has_closing() && options_.go_on_by_mail) {
        update.mutable_closing()->set_may_leave_address(true);
      }
      w.stream.Write(update);
    });
  }
  if (!room.agents.empty()) {
    const Conversation::AgentView view = conversation.ForAgent(t);
    flush(room.agents, view, [&](AgentWatcher& w) {
      v1::ChatUpdate update = ToProto(chat, view, w.sent_number);
      WriteFileRules(options_.largest_file, update.mutable_file_rules());
      w.stream.Write(update);
    });
  }
}

void Hub::OnWritable(const std::string& chat) {
  Room* room = Find(chat);
  if (room == nullptr) return;
  Flush(*room, now());
  Retime(*room, now());
}

void Hub::FinishAll(const absl::Status& status) {
  for (auto& [id, room] : rooms_) {
    for (const auto& watcher : room.customers) watcher->Finish(status);
    for (const auto& watcher : room.agents) watcher->Finish(status);
  }
  rooms_.clear();
}

void Hub::Append(Room& room, NewEntry message, Said then) {
  message.contact = room.conversation.contact().name;
  message.entry.time = now();
  const std::string id = message.contact;
  store_.Append(std::move(message),
                [this, post = post_, id, then](absl::StatusOr<ContactStore::Appended> appended) {
                  post([=, this] {
                    if (!appended.ok()) return then(appended.status());
                    Room* room = Find(id);
                    if (room != nullptr && !appended->repeated) {
                      room->conversation.OnMessage(appended->entry);
                      Changed(*room);
                    }
                    then(ToProto(appended->entry));
                  });
                });
}

std::string Hub::NameShown(std::string_view agent) const {
  std::string name = options_.agent_display_name(agent);
  return name.empty() ? std::string(agent) : name;
}

// --- Time

void Hub::Retime(Room& room, Instant t) {
  const Conversation& conversation = room.conversation;
  std::optional<Instant> next = conversation.NextChange(t);
  const auto consider = [&](Instant at) { next = next ? std::min(*next, at) : at; };
  // For a watcher who cannot be sent one now, OnWritable comes first.
  const auto life = [&](Instant sent_at) {
    const Instant due = sent_at + kSignOfLife;
    consider(due > t ? due : t + kSignOfLife);
  };
  for (const auto& watcher : room.customers) life(watcher->sent_at);
  for (const auto& watcher : room.agents) life(watcher->sent_at);
  if (conversation.WaitsForNobody(t) && !room.abandoning) consider(room.abandon_again_at);
  if (room.sleeps_in()) consider(room.wake_again_at);
  if (options_.go_on_by_mail && conversation.MustGoOnByMail(t) && !room.going_on) {
    consider(room.go_on_again_at);
  }
  if (conversation.ended() && conversation.item_over() && !room.watched()) {
    consider(room.used_at + kKeptAfterUse);
  }
  if (room.timer == next) return;
  const std::string& id = conversation.contact().name;
  if (room.timer) timers_.erase({*room.timer, id});
  room.timer = next;
  if (next) timers_.insert({*next, id});
}

void Hub::OnTimer(const std::string& chat, Instant t) {
  Room& room = *Find(chat);
  room.timer.reset();
  const Conversation& conversation = room.conversation;
  const bool over = conversation.ended() && conversation.item_over() && !room.watched();
  if (!over || t < room.used_at + kKeptAfterUse) return Changed(room);
  if (conversation.has_item()) by_item_.erase(*conversation.contact().item);
  in_line_.erase(chat);
  rooms_.erase(chat);
}

std::optional<Instant> Hub::OnTime(Instant t) {
  while (!timers_.empty() && timers_.begin()->first <= t) {
    const std::string chat = timers_.begin()->second;
    timers_.erase(timers_.begin());
    OnTimer(chat, t);
  }
  AskLines(t);
  std::optional<Instant> next;
  if (!timers_.empty()) next = timers_.begin()->first;
  if (!in_line_.empty() && !lines_asked_) {
    const Instant at = std::max(lines_at_, t) + kLinesEvery;
    next = next ? std::min(*next, at) : at;
  }
  return next;
}

// One look at the engine for all conversations whose customers are shown their place.
void Hub::AskLines(Instant t) {
  if (in_line_.empty() || lines_asked_ || !lines_moved_ || t - lines_at_ < kLinesEvery) return;
  Lines wanted;
  for (const std::string& chat : in_line_) {
    const Conversation& conversation = Find(chat)->conversation;
    const bool shows_wait = conversation.ForCustomer(t).wait.has_value();
    wanted[*conversation.queue()][*conversation.contact().item] = {chat, shows_wait};
  }
  lines_moved_ = false;
  lines_at_ = t;
  lines_asked_ = shard_.Read([this, post = post_, &shard = shard_, waits = options_.waits,
                              look = ++looks_, wanted = std::move(wanted)](const Engine& engine) {
    post([this, news = LookAtLines(engine, wanted, look, shard, waits)] {
      lines_asked_ = false;
      for (const LineNews& of : news) OnLine(of);
    });
  });
}

void Hub::OnLine(const LineNews& news) {
  Room* room = Find(news.chat);
  if (room == nullptr || !room->conversation.in_line()) return;
  room->conversation.OnPlace(news.place);
  if (news.estimated) room->conversation.OnWait(news.wait);
  room->conversation.OnNotices(news.notices);
  room->conversation.OnHours(news.hours);
  Changed(*room);
}

}  // namespace wissel::chat

// OutboundService: the entries of lists.
#include <algorithm>
#include <unordered_map>

#include "base/digest.h"
#include "base/status.h"
#include "channels/outbound/hub.h"
#include "fmt/format.h"
#include "router/service/convert_basics.h"
#include "router/service/names.h"
#include "router/service/pages.h"

namespace wissel::outbound {
namespace {

constexpr int kMostEntries = 1'000;

using Result = v1::AddOutboundEntryResult;

Result RefusedWith(const absl::Status& status) {
  Result result;
  result.set_kind(Result::REFUSED);
  result.set_field(FieldAtFault(status));
  result.set_reason(std::string(status.message()));
  result.set_right(WhatWouldBeRight(status));
  return result;
}

Result Known(bool same) {
  if (!same) {
    return RefusedWith(
        RefuseField("key", "another entry of the list has this key", "a key for each entry"));
  }
  Result result;
  result.set_kind(Result::UNCHANGED);
  return result;
}

// Which entries of a list a page token is of.
uint64_t FilterOf(const v1::ListOutboundEntriesRequest& request) {
  Digest digest;
  digest.Add(request.list());
  digest.Add(static_cast<int>(request.state()));
  return digest.value();
}

bool HasConsulted(const Engine& engine, const Item& item, const std::string& agent) {
  const Item* consult = item.consult ? engine.FindItem(item.consult->item) : nullptr;
  return consult != nullptr && IsAssigned(consult->state) &&
         NameIn(engine.directory(), consult->agent()) == agent;
}

// It is offered to this agent, theirs, or they are asked about it.
bool IsWith(const Engine& engine, ItemId id, const std::string& agent) {
  const Item* item = engine.FindItem(id);
  if (item == nullptr || agent.empty() || IsEnded(item->state)) return false;
  const bool theirs = !IsUntouched(item->state) && item->decision &&
                      NameIn(engine.directory(), item->agent()) == agent;
  return theirs || HasConsulted(engine, *item, agent);
}

}  // namespace

std::string Hub::KeyHash(const ListRecord& list, const std::string& key) const {
  return store_.Pseudonym("outbound key", fmt::format("{}\n{}", list.id, key));
}
std::string Hub::SaidHash(const std::string& said) const {
  return store_.Pseudonym("outbound entry", said);
}

// --- Adding: each entry's contact first, then all of them in one transaction

struct Hub::Adding {
  int64_t list = 0;
  bool validate_only = false;
  std::vector<NewListEntry> entries;
  std::vector<Result> results;
  std::vector<bool> open;  // nothing has been said of it yet
  size_t waits_for = 0;
  Answer<v1::AddOutboundEntriesResponse> answer;
};

void Hub::AddEntries(const rpc::Caller&, const v1::AddOutboundEntriesRequest& request,
                     Answer<v1::AddOutboundEntriesResponse> answer) {
  const absl::StatusOr<Live*> live = FindList(request.list(), "list");
  if (!live.ok()) return answer(live.status());
  const ListRecord& list = (*live)->record;
  if (list.phase == Phase::kStopped) {
    return answer(Refuse(absl::StatusCode::kFailedPrecondition, "list",
                         "this list was stopped, for good", "another list"));
  }
  if (request.entries().empty() || request.entries_size() > kMostEntries) {
    return answer(RefuseField(
        "entries", fmt::format("there are {} entries", request.entries_size()), "1 to 1,000"));
  }
  auto adding =
      std::make_shared<Adding>(Adding{list.number, request.validate_only(), {}, {}, {}, 0, answer});
  std::unordered_map<std::string, std::string> said;  // by key
  for (const v1::OutboundEntry& entry : request.entries()) {
    absl::StatusOr<NewListEntry> read = ReadEntry(entry, list, region_, now());
    Result result;
    bool open = false;
    if (!read.ok()) {
      result = RefusedWith(read.status());
    } else if (const auto [twin, first] = said.emplace(read->key, read->said); !first) {
      result = Known(twin->second == read->said);
    } else {
      const auto known = tables_.FindKey(list.number, KeyHash(list, read->key));
      if (!known.ok()) return answer(known.status());
      open = !*known;
      if (*known) result = Known((*known)->fingerprint == SaidHash(read->said));
    }
    adding->entries.push_back(read.ok() ? *std::move(read) : NewListEntry());
    adding->results.push_back(std::move(result));
    adding->open.push_back(open);
    adding->waits_for += open ? 1 : 0;
  }
  if (adding->waits_for == 0) return FinishAdding(adding);
  for (size_t i = 0; i < adding->open.size(); ++i) {
    if (adding->open[i]) StartContact(adding, i);
  }
}

void Hub::StartContact(const std::shared_ptr<Adding>& adding, size_t index) {
  NewListEntry& entry = adding->entries[index];
  contacts::NewContact& contact = entry.contact;
  const auto refused = [this, adding, index](const absl::Status& status) {
    if (!status.ok()) {
      adding->results[index] = RefusedWith(status);
      adding->open[index] = false;
    }
    if (--adding->waits_for == 0) FinishAdding(adding);
  };
  if (adding->validate_only) {
    if (contact.contact.customer.empty()) return refused(absl::OkStatus());
    return store_.LoadCustomer(
        contact.contact.customer,
        Here<std::optional<contacts::Customer>>(
            [refused, name = contact.contact.customer](
                const absl::StatusOr<std::optional<contacts::Customer>>& customer) {
              if (!customer.ok()) return refused(customer.status());
              refused(*customer ? absl::OkStatus() : NoSuchName("customer", name));
            }));
  }
  const ListRecord& list = At(adding->list).record;
  contact.contact.name = contacts::NewContactName(list.channel);
  contact.request_key = fmt::format("outbound {} {}", list.id, entry.key);
  Digest digest;
  digest.Add(entry.said);
  contact.fingerprint = digest.value();
  store_.Start(
      contact,
      Here<contacts::ContactStore::Started>(
          [adding, index, refused](const absl::StatusOr<contacts::ContactStore::Started>& started) {
            if (!started.ok()) return refused(started.status());
            Entry& entry = adding->entries[index].entry;
            entry.contact = started->contact.name;
            entry.customer = started->contact.customer;
            refused(absl::OkStatus());
          }));
}

// Those that another call has added meanwhile are left out.
absl::Status Hub::AddAll(const Adding& adding, std::vector<std::pair<size_t, Entry>>& added) {
  const ListRecord& list = At(adding.list).record;
  WISSEL_ASSIGN_OR_RETURN(int64_t number, tables_.LastNumber(list.number));
  for (size_t i = 0; i < adding.entries.size(); ++i) {
    if (!adding.open[i]) continue;
    const NewListEntry& entry = adding.entries[i];
    const std::string key = KeyHash(list, entry.key);
    WISSEL_ASSIGN_OR_RETURN(const auto known, tables_.FindKey(list.number, key));
    if (known) continue;
    Entry numbered = entry.entry;
    numbered.number = ++number;
    WISSEL_RETURN_IF_ERROR(tables_.AddEntry(list.number, numbered, key, SaidHash(entry.said)));
    added.push_back({i, numbered});
  }
  return absl::OkStatus();
}

void Hub::FinishAdding(const std::shared_ptr<Adding>& adding) {
  Live& live = At(adding->list);
  for (size_t i = 0; i < adding->open.size(); ++i) {
    if (!adding->open[i]) continue;
    adding->results[i].set_kind(adding->validate_only ? Result::ADDED : Result::UNCHANGED);
  }
  if (!adding->validate_only) {
    std::vector<std::pair<size_t, Entry>> added;
    const absl::Status done = file_.Change([&] { return AddAll(*adding, added); });
    if (!done.ok()) return adding->answer(done);
    for (const auto& [index, entry] : added) {
      live.list.Put(entry);
      by_contact_[entry.contact] = {adding->list, entry.number};
      adding->results[index].set_kind(Result::ADDED);
      adding->results[index].set_entry(ToProto(live.record.id, entry).name());
    }
  }
  v1::AddOutboundEntriesResponse response;
  for (Result& result : adding->results) *response.add_results() = std::move(result);
  adding->answer(std::move(response));
}

// --- Reading

void Hub::ListEntries(const rpc::Caller&, const v1::ListOutboundEntriesRequest& request,
                      Answer<v1::ListOutboundEntriesResponse> answer) {
  const absl::StatusOr<Live*> live = FindList(request.list(), "list");
  if (!live.ok()) return answer(live.status());
  const absl::StatusOr<Page> page =
      ReadPage(request.page_size(), request.page_token(), FilterOf(request));
  if (!page.ok()) return answer(page.status());
  std::optional<EntryState> state;
  if (request.state() != v1::OutboundEntry::STATE_UNSPECIFIED) {
    if (!v1::OutboundEntry::State_IsValid(request.state())) {
      return answer(RefuseField("state", "this is no state of an entry", "PENDING, OPEN, ..."));
    }
    state = static_cast<EntryState>(request.state());
  }
  if (absl::Status flushed = Flush(); !flushed.ok()) return answer(flushed);
  const auto entries = tables_.ListEntries((*live)->record.number, state,
                                           static_cast<int64_t>(page->from), page->size + 1);
  if (!entries.ok()) return answer(entries.status());
  v1::ListOutboundEntriesResponse response;
  for (const Entry& entry : *entries) {
    if (response.entries_size() == page->size) {
      response.set_next_page_token(
          PageToken(static_cast<uint64_t>(entry.number), FilterOf(request)));
      break;
    }
    *response.add_entries() = ToProto((*live)->record.id, entry);
  }
  answer(std::move(response));
}

void Hub::GetEntry(const rpc::Caller& caller, const v1::GetOutboundEntryRequest& request,
                   Answer<v1::OutboundEntry> answer) {
  if (request.name().empty() == request.work_item().empty()) {
    return answer(RefuseField("name", "one entry is asked for", "one of name and workItem"));
  }
  if (absl::Status flushed = Flush(); !flushed.ok()) return answer(flushed);
  if (!request.name().empty()) {
    const absl::StatusOr<EntryName> name = ReadEntryName(request.name(), "name");
    if (!name.ok()) return answer(name.status());
    const auto list = by_id_.find(name->list);
    if (list == by_id_.end()) return answer(NoSuchName("name", request.name()));
    const auto entry = tables_.FindEntry(list->second, name->number);
    if (!entry.ok()) return answer(entry.status());
    if (!*entry) return answer(NoSuchName("name", request.name()));
    return ShowIfMay(caller, {list->second, **entry}, (*entry)->item, answer);
  }
  const absl::StatusOr<ItemId> item = ParseItemName(request.work_item(), "workItem");
  if (!item.ok()) return answer(item.status());
  store_.LoadOfItem(
      *item, Here<std::optional<Contact>>([=, this](absl::StatusOr<std::optional<Contact>> loaded) {
        if (!loaded.ok()) return answer(loaded.status());
        absl::StatusOr<std::optional<EntryPlace>> place = std::nullopt;
        if (*loaded) place = tables_.FindContact((*loaded)->name);
        if (!place.ok()) return answer(place.status());
        if (!*place) {
          return answer(Refuse(absl::StatusCode::kNotFound, "workItem",
                               fmt::format("{} is of no list", Quoted(request.work_item()))));
        }
        ShowIfMay(caller, **place, *item, answer);
      }));
}

void Hub::ShowIfMay(const rpc::Caller& caller, const EntryPlace& place, std::optional<ItemId> item,
                    const Answer<v1::OutboundEntry>& answer) {
  const bool reads = shard_.Read([=, this, post = post_](const Engine& engine) {
    const bool theirs = item && IsWith(engine, *item, caller.agent);
    post([=, this] {
      if (theirs) return Show(place, answer);
      if (!caller.roles.Intersects({rpc::Role::kManager, rpc::Role::kAdmin})) {
        return answer(Refuse(absl::StatusCode::kPermissionDenied, "",
                             "only the agent who has the work item, or is offered it, managers "
                             "and admins may"));
      }
      store_.RecordRead(caller.user, {place.entry.contact}, now(),
                        Here<bool>([=, this](absl::StatusOr<bool> recorded) {
                          if (!recorded.ok()) return answer(recorded.status());
                          Show(place, answer);
                        }));
    });
  });
  if (!reads) answer(rpc::Stopping());
}

void Hub::Show(const EntryPlace& place, const Answer<v1::OutboundEntry>& answer) {
  const auto attempts = tables_.LoadAttempts(place.list, place.entry.number);
  if (!attempts.ok()) return answer(attempts.status());
  const ListRecord& list = At(place.list).record;
  v1::OutboundEntry entry = ToProto(list.id, place.entry);
  entry.set_list_display_name(list.display_name);
  for (const Attempt& attempt : *attempts) *entry.add_history() = ToProto(attempt);
  store_.Load(place.entry.contact,
              Here<std::optional<Contact>>(
                  [entry, answer](absl::StatusOr<std::optional<Contact>> contact) mutable {
                    if (!contact.ok()) return answer(contact.status());
                    // None: the person was erased.
                    if (*contact) WritePerson(**contact, &entry);
                    answer(std::move(entry));
                  }));
}

}  // namespace wissel::outbound

// MailingService: the recipients of mailings.
#include <algorithm>
#include <unordered_map>

#include "base/digest.h"
#include "base/status.h"
#include "channels/email/entry_fields.h"
#include "channels/mailings/hub.h"
#include "fmt/format.h"
#include "router/service/convert_basics.h"
#include "router/service/names.h"
#include "router/service/pages.h"

namespace wissel::mailings {
namespace {

constexpr int kMostRecipients = 1'000;

using Result = v1::AddMailingRecipientResult;

Result RefusedWith(const absl::Status& status) {
  Result result;
  result.set_kind(Result::REFUSED);
  result.set_field(FieldAtFault(status));
  result.set_reason(std::string(status.message()));
  result.set_right(WhatWouldBeRight(status));
  return result;
}

Result Known(const v1::MailingRecipient& recipient, bool same) {
  if (!same) {
    return recipient.key().empty()
               ? RefusedWith(RefuseField("address", "another recipient has this address",
                                         "a key for each, where one address gets several mails"))
               : RefusedWith(RefuseField("key", "another recipient has this key",
                                         "a key for each recipient"));
  }
  Result result;
  result.set_kind(Result::UNCHANGED);
  return result;
}

// Which recipients of a mailing a page token is of.
uint64_t FilterOf(const v1::ListMailingRecipientsRequest& request) {
  Digest digest;
  digest.Add(request.mailing());
  digest.Add(static_cast<int>(request.state()));
  return digest.value();
}

const contacts::Entry* NoticeOf(const contacts::Contact& contact) {
  const auto it = std::find_if(contact.entries.begin(), contact.entries.end(), [](const auto& e) {
    return e.kind == contacts::EntryKind::kMail && e.author == contacts::Author::kSystem;
  });
  return it == contact.entries.end() ? nullptr : &*it;
}

}  // namespace

std::string Hub::KeyHash(const Mailing& mailing, const std::string& key) const {
  return store_.Pseudonym("mailing key", fmt::format("{}\n{}", mailing.id, key));
}
std::string Hub::SaidHash(const std::string& said) const {
  return store_.Pseudonym("mailing recipient", said);
}

// --- Adding: each recipient's contact first, then all of them in one transaction

struct Hub::Adding {
  int64_t mailing = 0;
  bool validate_only = false;
  std::vector<NewRecipient> recipients;
  std::vector<std::string> contacts;  // their names
  std::vector<Result> results;
  std::vector<bool> open;  // nothing has been said of it yet
  size_t waits_for = 0;
  Answer<v1::AddMailingRecipientsResponse> answer;
};

void Hub::AddRecipients(const rpc::Caller&, const v1::AddMailingRecipientsRequest& request,
                        Answer<v1::AddMailingRecipientsResponse> answer) {
  const absl::StatusOr<Live*> live = Find(request.mailing(), "mailing");
  if (!live.ok()) return answer(live.status());
  const Mailing& mailing = (*live)->mailing;
  if (absl::Status may = MayAdd(mailing); !may.ok()) return answer(may);
  if (request.recipients().empty() || request.recipients_size() > kMostRecipients) {
    return answer(RefuseField("recipients",
                              fmt::format("there are {} recipients", request.recipients_size()),
                              "1 to 1,000"));
  }
  auto adding = std::make_shared<Adding>(
      Adding{mailing.number, request.validate_only(), {}, {}, {}, {}, 0, answer});
  std::unordered_map<std::string, std::string> said;  // by key
  for (const v1::MailingRecipient& recipient : request.recipients()) {
    absl::StatusOr<NewRecipient> read = ReadRecipient(recipient, mailing, now());
    if (read.ok() && IsOurs(recipient.address())) {
      read = RefuseField("address", "this is an address of the center itself", "a customer's");
    }
    Result result;
    bool open = false;
    if (!read.ok()) {
      result = RefusedWith(read.status());
    } else if (const auto [twin, first] = said.emplace(read->key, read->said); !first) {
      result = Known(recipient, twin->second == read->said);
    } else {
      const auto known = tables_.FindKey(mailing.number, KeyHash(mailing, read->key));
      if (!known.ok()) return answer(known.status());
      open = !*known;
      if (*known) result = Known(recipient, (*known)->fingerprint == SaidHash(read->said));
    }
    adding->recipients.push_back(read.ok() ? *std::move(read) : NewRecipient());
    adding->results.push_back(std::move(result));
    adding->open.push_back(open);
    adding->waits_for += open ? 1 : 0;
  }
  adding->contacts.resize(adding->recipients.size());
  if (adding->waits_for == 0) return FinishAdding(adding);
  for (size_t i = 0; i < adding->open.size(); ++i) {
    if (adding->open[i]) StartContact(adding, i);
  }
}

bool Hub::IsOurs(std::string_view address) const {
  const std::string base = email::SplitDetail(address).base;
  return std::any_of(options_.senders.begin(), options_.senders.end(),
                     [&](const Sender& sender) { return sender.address == base; });
}

void Hub::StartContact(const std::shared_ptr<Adding>& adding, size_t index) {
  NewRecipient& recipient = adding->recipients[index];
  contacts::NewContact& start = recipient.contact;
  const auto done = [this, adding, index](const absl::Status& status) {
    if (!status.ok()) {
      adding->results[index] = RefusedWith(status);
      adding->open[index] = false;
    }
    if (--adding->waits_for == 0) FinishAdding(adding);
  };
  if (adding->validate_only) {
    if (start.contact.customer.empty()) return done(absl::OkStatus());
    return store_.LoadCustomer(
        start.contact.customer,
        Here<std::optional<contacts::Customer>>(
            [done, name = start.contact.customer](
                const absl::StatusOr<std::optional<contacts::Customer>>& customer) {
              if (!customer.ok()) return done(customer.status());
              done(*customer ? absl::OkStatus() : NoSuchName("customer", name));
            }));
  }
  const Mailing& mailing = At(adding->mailing).mailing;
  start.contact.name = contacts::NewContactName(Channel::kEmail);
  if (const Sender* sender = SenderOf(mailing)) start.contact.queue = sender->queue;
  start.request_key = fmt::format("mailing {} {}", mailing.id, recipient.key);
  Digest digest;
  digest.Add(recipient.said);
  start.fingerprint = digest.value();
  contacts::NewEntry& event = start.first_entry.emplace();
  event.entry.author = contacts::Author::kSystem;
  event.entry.kind = contacts::EntryKind::kEvent;
  event.entry.time = now();
  event.entry.text = fmt::format("Is to get a notice of the mailing {}", mailing.display_name);
  // It has ended as it begins: an answer opens it.
  store_.Start(start, Here<contacts::ContactStore::Started>(
                          [this, adding, index,
                           done](const absl::StatusOr<contacts::ContactStore::Started>& started) {
                            if (!started.ok()) return done(started.status());
                            adding->contacts[index] = started->contact.name;
                            store_.End(started->contact.name, now(), "",
                                       Here<bool>([done](const absl::StatusOr<bool>& ended) {
                                         done(ended.status());
                                       }));
                          }));
}

// Those that another call has added meanwhile are left out.
absl::Status Hub::AddAll(const Adding& adding, std::vector<std::pair<size_t, Recipient>>& added) {
  const Mailing& mailing = At(adding.mailing).mailing;
  WISSEL_ASSIGN_OR_RETURN(int64_t number, tables_.LastNumber(mailing.number));
  for (size_t i = 0; i < adding.recipients.size(); ++i) {
    if (!adding.open[i]) continue;
    const std::string key = KeyHash(mailing, adding.recipients[i].key);
    WISSEL_ASSIGN_OR_RETURN(const auto known, tables_.FindKey(mailing.number, key));
    if (known) continue;
    Recipient recipient;
    recipient.number = ++number;
    recipient.contact = adding.contacts[i];
    recipient.next = now();
    WISSEL_RETURN_IF_ERROR(
        tables_.Add(mailing.number, recipient, key, SaidHash(adding.recipients[i].said)));
    added.push_back({i, recipient});
  }
  return absl::OkStatus();
}

void Hub::FinishAdding(const std::shared_ptr<Adding>& adding) {
  const Mailing& mailing = At(adding->mailing).mailing;
  for (size_t i = 0; i < adding->open.size(); ++i) {
    if (!adding->open[i]) continue;
    adding->results[i].set_kind(adding->validate_only ? Result::ADDED : Result::UNCHANGED);
  }
  if (!adding->validate_only) {
    // It may have been started or stopped meanwhile.
    std::vector<std::pair<size_t, Recipient>> added;
    absl::Status done = MayAdd(mailing);
    if (done.ok()) done = file_.Change([&] { return AddAll(*adding, added); });
    if (!done.ok()) return adding->answer(done);
    for (const auto& [index, recipient] : added) {
      adding->results[index].set_kind(Result::ADDED);
      adding->results[index].set_recipient(ToProto(mailing.id, recipient).name());
    }
  }
  v1::AddMailingRecipientsResponse response;
  for (Result& result : adding->results) *response.add_results() = std::move(result);
  adding->answer(std::move(response));
}

// --- Reading

void Hub::ListRecipients(const rpc::Caller&, const v1::ListMailingRecipientsRequest& request,
                         Answer<v1::ListMailingRecipientsResponse> answer) {
  const absl::StatusOr<Live*> live = Find(request.mailing(), "mailing");
  if (!live.ok()) return answer(live.status());
  const absl::StatusOr<Page> page =
      ReadPage(request.page_size(), request.page_token(), FilterOf(request));
  if (!page.ok()) return answer(page.status());
  std::optional<RecipientState> state;
  if (request.state() != v1::MailingRecipient::STATE_UNSPECIFIED) {
    if (!v1::MailingRecipient::State_IsValid(request.state())) {
      return answer(RefuseField("state", "this is no state of a recipient", "PENDING, SENT, ..."));
    }
    state = static_cast<RecipientState>(request.state());
  }
  if (absl::Status flushed = Flush(); !flushed.ok()) return answer(flushed);
  const Mailing& mailing = (*live)->mailing;
  const auto recipients =
      tables_.List(mailing.number, state, static_cast<int64_t>(page->from), page->size + 1);
  if (!recipients.ok()) return answer(recipients.status());
  v1::ListMailingRecipientsResponse response;
  for (const Recipient& recipient : *recipients) {
    if (response.recipients_size() == page->size) {
      response.set_next_page_token(
          PageToken(static_cast<uint64_t>(recipient.number), FilterOf(request)));
      break;
    }
    *response.add_recipients() = ToProto(mailing.id, recipient);
  }
  answer(std::move(response));
}

void Hub::Preview(const rpc::Caller& caller, const v1::PreviewMailingRequest& request,
                  Answer<v1::MailingPreview> answer) {
  const absl::StatusOr<RecipientName> name = ReadRecipientName(request.recipient(), "recipient");
  if (!name.ok()) return answer(name.status());
  const auto mailing = by_id_.find(name->mailing);
  if (mailing == by_id_.end()) return answer(NoSuchName("recipient", request.recipient()));
  if (absl::Status flushed = Flush(); !flushed.ok()) return answer(flushed);
  const auto recipient = tables_.Find(mailing->second, name->number);
  if (!recipient.ok()) return answer(recipient.status());
  if (!*recipient) return answer(NoSuchName("recipient", request.recipient()));
  if ((*recipient)->contact.empty()) {
    return answer(Refuse(absl::StatusCode::kNotFound, "recipient",
                         "nothing is kept of this recipient any more"));
  }
  const Place place{mailing->second, name->number};
  store_.RecordRead(caller.user, {(*recipient)->contact}, now(),
                    Here<bool>([this, place, recipient = **recipient,
                                answer](const absl::StatusOr<bool>& recorded) {
                      if (!recorded.ok()) return answer(recorded.status());
                      ShowPreview(place, recipient, answer);
                    }));
}

void Hub::ShowPreview(Place place, const Recipient& recipient,
                      const Answer<v1::MailingPreview>& answer) {
  store_.Load(
      recipient.contact,
      Here<std::optional<Contact>>(
          [this, place, recipient, answer](const absl::StatusOr<std::optional<Contact>>& loaded) {
            if (!loaded.ok()) return answer(loaded.status());
            if (!*loaded) {
              return answer(Refuse(absl::StatusCode::kNotFound, "recipient",
                                   "nothing is kept of this recipient any more"));
            }
            const Contact& contact = **loaded;
            const Mailing& mailing = At(place.mailing).mailing;
            v1::MailingPreview preview;
            v1::MailingRecipient& shown = *preview.mutable_recipient();
            shown = ToProto(mailing.id, recipient);
            shown.set_address(AddressOf(contact).value_or(contacts::Address()).text);
            shown.set_language(contact.language);
            shown.set_customer(contact.customer);
            for (const auto& [field, value] : ValuesOf(contact)) {
              v1::ContactField* out = shown.add_fields();
              out->set_name(field);
              out->set_value(value);
            }
            // What has been written goes out as it is written.
            FinishedText text = Finish(mailing, contact, LinkOf(contact.name));
            if (const contacts::Entry* entry = NoticeOf(contact)) {
              text = {contacts::ValueOf(entry->headers, email::field::kLanguage),
                      contacts::ValueOf(entry->headers, email::field::kSubject), entry->text};
            }
            preview.set_language(text.language);
            preview.set_subject(text.subject);
            preview.set_text(text.text);
            answer(std::move(preview));
          }));
}

}  // namespace wissel::mailings

#include "channels/contacts/contact_store.h"

#include <utility>

#include "base/status.h"
#include "channels/contacts/store_thread.h"

namespace wissel::contacts {

class ContactStore::Worker {
 public:
  explicit Worker(std::unique_ptr<Tables> tables)
      : key(tables->files.keys.store_key()), thread(std::move(tables)) {}

  const Key key;
  std::vector<OnErased> observers;
  StoreThread thread;
};

namespace {

using Hurry = StoreThread::Hurry;

template <class T>
void Ignore(const absl::StatusOr<T>&) {}

}  // namespace

absl::StatusOr<std::unique_ptr<ContactStore>> ContactStore::Open(const sql::Stores& stores) {
  WISSEL_ASSIGN_OR_RETURN(std::unique_ptr<Tables> tables, Tables::Open(stores));
  return std::unique_ptr<ContactStore>(
      new ContactStore(std::make_unique<Worker>(std::move(tables))));
}

ContactStore::ContactStore(std::unique_ptr<Worker> worker) : worker_(std::move(worker)) {}
ContactStore::~ContactStore() = default;
void ContactStore::Close() { worker_->thread.Close(); }

// --- Contacts

void ContactStore::Start(NewContact contact, Done<Started> done) {
  worker_->thread.Ask<Started>(
      [contact = std::move(contact)](Tables& tables) { return tables.contacts.Start(contact); },
      std::move(done));
}

void ContactStore::SetItem(std::string contact, ItemId item) {
  worker_->thread.Ask<bool>([contact = std::move(contact), item](
                                Tables& tables) { return tables.contacts.SetItem(contact, item); },
                            Ignore<bool>, Hurry::kAlways);
}

void ContactStore::Forget(std::string contact, Done<bool> done) {
  worker_->thread.Ask<bool>(
      [contact = std::move(contact)](Tables& tables) { return tables.contacts.Forget(contact); },
      std::move(done), Hurry::kAlways);
}

void ContactStore::End(std::string contact, Instant at, std::string agent, Done<bool> done) {
  worker_->thread.Ask<bool>([contact = std::move(contact), at, agent = std::move(agent)](
                                Tables& tables) { return tables.contacts.End(contact, at, agent); },
                            std::move(done), Hurry::kAlways);
}

void ContactStore::Append(NewEntry entry, Done<Appended> done) {
  worker_->thread.Ask<Appended>(
      [entry = std::move(entry)](Tables& tables) { return tables.contacts.Append(entry); },
      std::move(done));
}

void ContactStore::Load(std::string contact, Done<std::optional<Contact>> done) {
  worker_->thread.Ask<std::optional<Contact>>(
      [contact = std::move(contact)](Tables& tables) { return tables.contacts.Load(contact); },
      std::move(done));
}

void ContactStore::LoadOfItem(ItemId item, Done<std::optional<Contact>> done) {
  worker_->thread.Ask<std::optional<Contact>>(
      [item](Tables& tables) { return tables.contacts.LoadOfItem(item); }, std::move(done));
}

void ContactStore::LoadLive(Channel channel, Done<std::vector<Contact>> done) {
  worker_->thread.Ask<std::vector<Contact>>(
      [channel](Tables& tables) { return tables.contacts.LoadLive(channel); }, std::move(done));
}

void ContactStore::FindByKey(std::string key, Done<std::optional<std::string>> done) {
  worker_->thread.Ask<std::optional<std::string>>(
      [key = std::move(key)](Tables& tables) { return tables.contacts.LookUp("key", key); },
      std::move(done));
}

// --- Attachments and drafts

void ContactStore::Stage(std::string contact, NewAttachment attachment, Done<std::string> done) {
  worker_->thread.Ask<std::string>(
      [contact = std::move(contact), attachment = std::move(attachment)](Tables& tables) {
        return tables.contacts.Stage(contact, attachment);
      },
      std::move(done));
}

void ContactStore::Unstage(std::string contact, std::string attachment, Done<bool> done) {
  worker_->thread.Ask<bool>(
      [contact = std::move(contact), attachment = std::move(attachment)](Tables& tables) {
        return tables.contacts.Unstage(contact, attachment);
      },
      std::move(done));
}

void ContactStore::ReadAttachment(std::string attachment, int64_t offset,
                                  Done<std::optional<AttachmentPart>> done) {
  worker_->thread.Ask<std::optional<AttachmentPart>>(
      [attachment = std::move(attachment), offset](Tables& tables) {
        return tables.contacts.Read(attachment, offset);
      },
      std::move(done));
}

void ContactStore::SaveDraft(std::string contact, std::string agent, Draft draft, Done<bool> done) {
  worker_->thread.Ask<bool>(
      [contact = std::move(contact), agent = std::move(agent), draft = std::move(draft)](
          Tables& tables) { return tables.contacts.SaveDraft(contact, agent, draft); },
      std::move(done));
}

void ContactStore::LoadDraft(std::string contact, std::string agent,
                             Done<std::optional<Draft>> done) {
  worker_->thread.Ask<std::optional<Draft>>(
      [contact = std::move(contact), agent = std::move(agent)](Tables& tables) {
        return tables.contacts.LoadDraft(contact, agent);
      },
      std::move(done));
}

// --- The customer's link

std::string ContactStore::TrackingToken(std::string_view contact) const {
  return TokenOf(KeyedHash(worker_->key, "link", contact));
}

std::string ContactStore::Pseudonym(std::string_view purpose, std::string_view text) const {
  return TokenOf(KeyedHash(worker_->key, "pseudonym " + std::string(purpose), text));
}

bool ContactStore::IsTrackingToken(std::string_view token, std::string_view contact) const {
  return AreSame(token, TrackingToken(contact));
}

void ContactStore::FindByToken(std::string token, Done<std::optional<std::string>> done) {
  worker_->thread.Ask<std::optional<std::string>>(
      [token = std::move(token)](Tables& tables) { return tables.contacts.LookUp("token", token); },
      std::move(done));
}

// --- The address book

void ContactStore::LoadCustomer(std::string customer, Done<std::optional<Customer>> done) {
  worker_->thread.Ask<std::optional<Customer>>(
      [customer = std::move(customer)](Tables& tables) { return tables.customers.Load(customer); },
      std::move(done));
}

void ContactStore::FindCustomer(Address address, Done<std::optional<Customer>> done) {
  worker_->thread.Ask<std::optional<Customer>>(
      [address = std::move(address)](Tables& tables) { return tables.customers.Find(address); },
      std::move(done));
}

void ContactStore::SearchCustomers(std::string name, int most, Done<std::vector<Customer>> done) {
  worker_->thread.Ask<std::vector<Customer>>(
      [name = std::move(name), most](Tables& tables) {
        return tables.customers.Search(name, most);
      },
      std::move(done));
}

void ContactStore::ChangeCustomer(CustomerChange change, std::string user, Instant at,
                                  Done<Customer> done) {
  worker_->thread.Ask<Customer>(
      [change = std::move(change), user = std::move(user),
       at](Tables& tables) -> absl::StatusOr<Customer> {
        WISSEL_ASSIGN_OR_RETURN(Customer customer, tables.customers.Change(change));
        WISSEL_RETURN_IF_ERROR(
            tables.actions.Record({0, at, user, ActionKind::kChanged, customer.name, ""}));
        return customer;
      },
      std::move(done));
}

void ContactStore::ImportCustomer(CustomerChange person, Import how, std::string user, Instant at,
                                  Done<CustomerImported> done) {
  worker_->thread.Ask<CustomerImported>(
      [person = std::move(person), how, user = std::move(user),
       at](Tables& tables) -> absl::StatusOr<CustomerImported> {
        const bool validate_only = how == Import::kValidateOnly;
        WISSEL_ASSIGN_OR_RETURN(CustomerImported imported,
                                tables.customers.Import(person, at, validate_only));
        if (!validate_only && imported.kind != CustomerImported::Kind::kUnchanged) {
          WISSEL_RETURN_IF_ERROR(
              tables.actions.Record({0, at, user, ActionKind::kChanged, imported.customer, ""}));
        }
        return imported;
      },
      std::move(done));
}

void ContactStore::MergeCustomers(std::string into, std::string from, std::string user, Instant at,
                                  Done<Customer> done) {
  worker_->thread.Ask<Customer>(
      [into = std::move(into), from = std::move(from), user = std::move(user),
       at](Tables& tables) -> absl::StatusOr<Customer> {
        WISSEL_ASSIGN_OR_RETURN(const bool changed, tables.customers.Merge(into, from));
        WISSEL_ASSIGN_OR_RETURN(std::optional<Customer> whole, tables.customers.Load(into));
        if (changed) {
          WISSEL_RETURN_IF_ERROR(
              tables.actions.Record({0, at, user, ActionKind::kMerged, whole->name, from}));
        }
        return *std::move(whole);
      },
      std::move(done));
}

void ContactStore::SplitCustomer(std::string customer, std::string user, Instant at,
                                 Done<Customer> done) {
  worker_->thread.Ask<Customer>(
      [customer = std::move(customer), user = std::move(user),
       at](Tables& tables) -> absl::StatusOr<Customer> {
        WISSEL_ASSIGN_OR_RETURN(const std::string from, tables.customers.Split(customer));
        WISSEL_RETURN_IF_ERROR(
            tables.actions.Record({0, at, user, ActionKind::kSplit, from, customer}));
        WISSEL_ASSIGN_OR_RETURN(std::optional<Customer> whole, tables.customers.Load(customer));
        return *std::move(whole);
      },
      std::move(done));
}

void ContactStore::EraseCustomer(std::string customer, std::string user, Instant at,
                                 Done<int64_t> done) {
  auto gone = std::make_shared<std::vector<std::string>>();
  worker_->thread.AskAlone<int64_t>(
      [gone, customer = std::move(customer), user = std::move(user),
       at](Tables& tables) -> absl::StatusOr<int64_t> {
        WISSEL_ASSIGN_OR_RETURN(*gone, tables.Erase(customer, user, at));
        return static_cast<int64_t>(gone->size());
      },
      [this, gone, done = std::move(done)](absl::StatusOr<int64_t> erased) {
        if (!gone->empty()) {
          for (const OnErased& observer : worker_->observers) observer(*gone);
        }
        done(std::move(erased));
      });
}

void ContactStore::SharesCustomer(std::vector<std::string> contacts, std::string subject,
                                  Done<bool> done) {
  worker_->thread.Ask<bool>(
      [contacts = std::move(contacts), subject = std::move(subject)](Tables& tables) {
        return tables.contacts.ShareCustomer(contacts, subject);
      },
      std::move(done));
}

void ContactStore::ListContacts(std::string customer, int size, std::optional<ContactPosition> from,
                                Done<ContactPage> done) {
  worker_->thread.Ask<ContactPage>(
      [customer = std::move(customer), size, from = std::move(from)](Tables& tables) {
        return tables.contacts.List(customer, size, from);
      },
      std::move(done));
}

// --- The audit trail

void ContactStore::RecordRead(std::string user, std::vector<std::string> subjects, Instant at,
                              Done<bool> done) {
  worker_->thread.Ask<bool>(
      [user = std::move(user), subjects = std::move(subjects),
       at](Tables& tables) -> absl::StatusOr<bool> {
        for (const std::string& subject : subjects) {
          WISSEL_RETURN_IF_ERROR(
              tables.actions.Record({0, at, user, ActionKind::kRead, subject, ""}));
        }
        return true;
      },
      std::move(done));
}

void ContactStore::ListActions(std::string subject, int64_t before, int most,
                               Done<std::vector<Action>> done) {
  worker_->thread.Ask<std::vector<Action>>(
      [subject = std::move(subject), before, most](Tables& tables) {
        return tables.actions.List(subject, before, most);
      },
      std::move(done));
}

void ContactStore::ObserveErasures(OnErased observer) {
  worker_->observers.push_back(std::move(observer));
}

}  // namespace wissel::contacts

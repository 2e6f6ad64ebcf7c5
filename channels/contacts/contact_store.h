// The contact store: people, their contacts over all channels, and what was said in them, apart
// from the journal because they are personal data and must be erasable. The engine knows a contact
// by its name ("chats/{id}") and nothing else.
//
// Three files of one folder, opened by one process at a time: `contacts.sqlite`, whose texts and
// bytes are sealed under a key per person; `contact_keys.sqlite`, those keys; `erasures.txt`, who
// has been erased, which is applied again at each open. One thread of this class reads and writes
// them. What comes in while a transaction is being synced goes into the next one.
//
// Thread-safe. Callbacks come on the store's thread, in the order of the calls, and a change is
// durable when its callback is called; with the store full or closed they come at once on the
// calling thread. Instants are the engine's.
//
// UNAVAILABLE: there was no room or a write failed; nothing was written. DATA_LOSS: what was asked
// for is damaged; it is never served, and the rest goes on. NOT_FOUND: no such contact or customer.
// A failed sync stops the process: what is on the disk is not known then.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/sql/stores.h"
#include "channels/contacts/contact.h"

namespace wissel::contacts {

struct NewAttachment {
  std::string file_name;
  std::string media_type;
  std::string bytes;
};

struct NewEntry {
  std::string contact;
  Entry entry;                               // without number and attachments
  std::vector<NewAttachment> attachments;    // come with it
  std::vector<std::string> staged;           // ids of those that Stage gave for this contact
  std::vector<std::string> keys;             // FindByKey finds the contact by these: "mid:<...>"
  std::optional<std::string> ends_draft_of;  // this agent's draft has been sent

  // The same request of the same author of a contact is taken once; empty: not protected.
  std::string request_id;
  uint64_t fingerprint = 0;  // of the content: another one under the same id is refused
  // Not OK: the entry is refused with this, unless it repeats one that was taken. A refusal of the
  // field: not UNAVAILABLE, not INTERNAL.
  absl::Status may_add;
};

struct NewContact {
  // Without item, end, entries; `customer` empty: found by `addresses`, or made new.
  Contact contact;
  // Where it came from, as far as the channel has seen it itself; the first that is known decides
  // who it is. Those that nobody has become theirs. What people merely claim belongs into the
  // fields.
  std::vector<Address> addresses;
  std::optional<NewEntry> first_entry;  // its contact, request and may_add are not looked at
  std::vector<std::string> keys;

  // The same request starts one contact: a Message-ID, a Call-ID, a request id with the channel's
  // name before it. Empty: not protected.
  std::string request_key;
  uint64_t fingerprint = 0;
  // How long a repetition is answered as the first one was, ABORTED from then on; none: always.
  std::optional<Duration> repeatable;
};

// What a change of a customer changes; what is none stays.
struct CustomerChange {
  std::string customer;
  std::optional<std::string> display_name;
  std::optional<std::string> language;
  std::optional<std::string> note;
  // ALREADY_EXISTS when somebody else has one of them: merge the two.
  std::optional<std::vector<Address>> addresses;
  std::optional<std::vector<Channel>> do_not_contact;
};

// What became of a person of another system who was taken in.
struct CustomerImported {
  // The same numbers as wissel.v1.ImportCustomerResult.Kind.
  enum class Kind : uint8_t { kAdded = 1, kChanged = 2, kUnchanged = 3 };
  Kind kind = Kind::kUnchanged;
  std::string customer;  // empty of one who would be added
};

// A place in the list of a customer's contacts, newest first.
struct ContactPosition {
  Instant started;
  std::string name;

  auto operator<=>(const ContactPosition&) const = default;
};
struct ContactPage {
  std::vector<Contact> contacts;  // without entries
  std::optional<ContactPosition>
      next;  // the page after this one begins there; none: it is the last
};

// What people did in the store, and what they looked at without having the work item. Kept when the
// person is erased: names, not what they stand for.
// The same numbers as wissel.v1.ContactAction.Kind.
enum class ActionKind : uint8_t {
  kRead = 1,
  kChanged = 2,
  kMerged = 3,
  kSplit = 4,
  kErased = 5,
};
struct Action {
  int64_t number = 0;  // from 1
  Instant time;
  std::string user;  // "users/{user}"; "command line"
  ActionKind kind = ActionKind::kRead;
  std::string subject;  // "chats/{id}" or "customers/{id}"
  std::string other;    // who was merged into the subject, or split from it

  bool operator==(const Action&) const = default;
};

class ContactStore {
 public:
  template <class T>
  using Done = std::function<void(absl::StatusOr<T>)>;

  // Limits; RESOURCE_EXHAUSTED or INVALID_ARGUMENT beyond them.
  static constexpr int64_t kMostEntries = 10'000;            // of a contact
  static constexpr int64_t kMostAttachments = 50;            // of an entry
  static constexpr int64_t kLargestAttachment = 25 << 20;    // bytes
  static constexpr int64_t kMostBytesOfContact = 200 << 20;  // of all its attachments
  static constexpr int64_t kLargestRead = 1 << 20;           // bytes of ReadAttachment

  // FAILED_PRECONDITION: another process has the folder.
  static absl::StatusOr<std::unique_ptr<ContactStore>> Open(const sql::Stores& stores);
  ~ContactStore();

  // --- Contacts

  struct Started {
    Contact contact;  // the one that was started, then or now
    bool repeated = false;
  };
  void Start(NewContact contact, Done<Started> done);
  // A work item of it has entered; the contact is under way (again).
  void SetItem(std::string contact, ItemId item);
  // The engine refused its first item: it never was, nor was a customer whom it alone made.
  void Forget(std::string contact, Done<bool> done);
  // The agent stays who it was when `agent` is empty.
  void End(std::string contact, Instant at, std::string agent, Done<bool> done);

  struct Appended {
    Entry entry;
    bool repeated = false;
  };
  void Append(NewEntry entry, Done<Appended> done);

  // None: there is no such contact.
  void Load(std::string contact, Done<std::optional<Contact>> done);
  // By any of the items that it has had.
  void LoadOfItem(ItemId item, Done<std::optional<Contact>> done);
  // All of a channel that have not ended.
  void LoadLive(Channel channel, Done<std::vector<Contact>> done);
  // The name of the contact that was given this key last.
  void FindByKey(std::string key, Done<std::optional<std::string>> done);

  // --- Attachments, sealed in pieces

  // One that is to come with a later entry of the contact: its id.
  void Stage(std::string contact, NewAttachment attachment, Done<std::string> done);
  // One that was staged and will not be sent. False: there is none.
  void Unstage(std::string contact, std::string attachment, Done<bool> done);
  struct AttachmentPart {
    std::string contact;
    Attachment attachment;
    std::string bytes;  // from `offset` on, at most kLargestRead; empty: at its end
  };
  void ReadAttachment(std::string attachment, int64_t offset,
                      Done<std::optional<AttachmentPart>> done);

  // --- Drafts

  // An empty text and html drops it.
  void SaveDraft(std::string contact, std::string agent, Draft draft, Done<bool> done);
  void LoadDraft(std::string contact, std::string agent, Done<std::optional<Draft>> done);

  // --- The customer's link: 22 characters of base64url that open one contact, made of its name and
  // the store's key. Pure; they stay what they are for as long as the contact is there.

  std::string TrackingToken(std::string_view contact) const;
  // In constant time.
  bool IsTrackingToken(std::string_view token, std::string_view contact) const;
  void FindByToken(std::string token, Done<std::optional<std::string>> done);

  // What other files of the center may keep in the place of a text that they must not: 22
  // characters, made with the store's key; of the same text others for each `purpose`. Pure.
  std::string Pseudonym(std::string_view purpose, std::string_view text) const;

  // --- The address book

  // Merged customers are found as those whom they were merged into.
  void LoadCustomer(std::string customer, Done<std::optional<Customer>> done);
  void FindCustomer(Address address, Done<std::optional<Customer>> done);
  // Whose display name has all words of `name`, in any case and with or without accents; at most
  // `most`, in no order.
  void SearchCustomers(std::string name, int most, Done<std::vector<Customer>> done);
  void ChangeCustomer(CustomerChange change, std::string user, Instant at, Done<Customer> done);
  // Whoever has one of `person.addresses` gets them all, and what else the change says; nobody: a
  // new customer. Its `customer` is not looked at. ALREADY_EXISTS on `addresses` when they are two.
  // kValidateOnly: says what would be.
  enum class Import { kDo, kValidateOnly };
  void ImportCustomer(CustomerChange person, Import how, std::string user, Instant at,
                      Done<CustomerImported> done);
  // From then on `from` is `into`. Repeated: changes nothing.
  void MergeCustomers(std::string into, std::string from, std::string user, Instant at,
                      Done<Customer> done);
  // Takes a merge back: what came under `customer` is theirs again. FAILED_PRECONDITION when they
  // are merged into nobody.
  void SplitCustomer(std::string customer, std::string user, Instant at, Done<Customer> done);
  // Erases a person with all who were merged into them: keys, rows, and what was left in the files.
  // How many contacts went; 0 when it is repeated. UNAVAILABLE after the fact: it is done, but
  // another process reads the files, so that traces may be left in them; repeat it.
  void EraseCustomer(std::string customer, std::string user, Instant at, Done<int64_t> done);
  // Whether one of these contacts is of the same person as `subject`, a contact or customer.
  void SharesCustomer(std::vector<std::string> contacts, std::string subject, Done<bool> done);
  // Over all channels, newest first, from that position on (none: the newest).
  void ListContacts(std::string customer, int size, std::optional<ContactPosition> from,
                    Done<ContactPage> done);

  // --- The audit trail

  // Someone who does not have the work item reads, or is about to.
  void RecordRead(std::string user, std::vector<std::string> subjects, Instant at, Done<bool> done);
  // Newest first, those before number `before` (0: all). `subject` empty: of all.
  void ListActions(std::string subject, int64_t before, int most, Done<std::vector<Action>> done);

  // Called with the contacts of each person who has been erased, on the store's thread, before the
  // erasure is answered. Add observers before the first call.
  using OnErased = std::function<void(const std::vector<std::string>& contacts)>;
  void ObserveErasures(OnErased observer);

  // Waits for what was asked before; what is asked later is UNAVAILABLE.
  void Close();

 private:
  class Worker;
  explicit ContactStore(std::unique_ptr<Worker> worker);

  std::unique_ptr<Worker> worker_;
};

}  // namespace wissel::contacts

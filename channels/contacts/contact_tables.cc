#include "channels/contacts/contact_tables.h"

#include <algorithm>
#include <utility>

#include "base/status.h"
#include "channels/contacts/records.h"
#include "fmt/format.h"

namespace wissel::contacts {
namespace {

#define WISSEL_CONTACT_COLUMNS                                                            \
  "name, customer, slot, channel, queue, started_ms, item, ended_ms, agent, last_number," \
  " bytes, fingerprint, sealed"

absl::Status OtherContent() {
  return RefuseField("requestId", "this request id was used for other content",
                     "a new request id for a new request");
}

constexpr const char* kPutLookup =
    "INSERT INTO lookups VALUES (?1, ?2) ON CONFLICT (hash) DO UPDATE SET contact = "
    "excluded.contact";

absl::Status Damaged() { return absl::DataLossError("a contact of the contact store is damaged"); }

std::string EntryIdentity(const std::string& contact, int64_t number, const std::string& request,
                          const std::string& fingerprint) {
  return Identity("entry").Add(contact).Add(number).Add(request).Add(fingerprint).text();
}

// Of a contact, everything that stands in the open.
std::string ContactIdentity(const Contact& c, int64_t slot, int64_t last_number, int64_t bytes,
                            const std::string& fingerprint) {
  return Identity("contact")
      .Add(c.name)
      .Add(c.customer)
      .Add(slot)
      .Add(static_cast<int64_t>(c.channel))
      .Add(c.queue)
      .Add(c.started.millis())
      .Add(c.item ? static_cast<int64_t>(c.item->value()) : 0)
      .Add(c.ended ? c.ended->millis() : 0)
      .Add(c.agent)
      .Add(last_number)
      .Add(bytes)
      .Add(fingerprint)
      .text();
}

std::string FingerprintText(uint64_t fingerprint) { return fmt::format("{:016x}", fingerprint); }

}  // namespace

// --- One row

absl::StatusOr<std::optional<ContactTables::Row>> ContactTables::FindRow(
    const std::string& contact) {
  WISSEL_ASSIGN_OR_RETURN(
      sql::Query query,
      files_.db.Ask("SELECT " WISSEL_CONTACT_COLUMNS " FROM contacts WHERE name = ?1", contact));
  WISSEL_ASSIGN_OR_RETURN(const bool found, query.Next());
  if (!found) return std::nullopt;
  Contact c;
  c.name = query.Text(0);
  c.customer = query.Text(1);
  const int64_t slot = query.Number(2);
  c.channel = static_cast<Channel>(query.Number(3));
  c.queue = query.Text(4);
  c.started = Instant::FromMillis(query.Number(5));
  if (query.Number(6) > 0) c.item = ItemId(static_cast<uint64_t>(query.Number(6)));
  if (query.Number(7) > 0) c.ended = Instant::FromMillis(query.Number(7));
  c.agent = query.Text(8);
  WISSEL_ASSIGN_OR_RETURN(const Key key, files_.keys.Find(slot, c.customer));
  Row row{std::move(c), slot, query.Number(9), query.Number(10), query.Text(11), key};
  WISSEL_ASSIGN_OR_RETURN(
      const std::string record,
      Open(key, query.Text(12),
           ContactIdentity(row.contact, slot, row.last_number, row.bytes, row.fingerprint)));
  WISSEL_RETURN_IF_ERROR(ReadRecord(record, row.contact));
  return row;
}

absl::StatusOr<ContactTables::Row> ContactTables::ReadRow(const std::string& contact) {
  WISSEL_ASSIGN_OR_RETURN(std::optional<Row> row, FindRow(contact));
  if (row) return *std::move(row);
  return Refuse(absl::StatusCode::kNotFound, "contact",
                fmt::format("there is no contact {}", contact));
}

absl::Status ContactTables::WriteRow(const Row& row) {
  const Contact& c = row.contact;
  const std::string sealed =
      Seal(row.key, RecordOf(c),
           ContactIdentity(c, row.slot, row.last_number, row.bytes, row.fingerprint));
  return files_.db.Do("INSERT INTO contacts (" WISSEL_CONTACT_COLUMNS
                      ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)"
                      " ON CONFLICT (name) DO UPDATE SET customer = "
                      "excluded.customer, slot = excluded.slot, channel = "
                      "excluded.channel, queue = excluded.queue, started_ms = "
                      "excluded.started_ms, item = excluded.item, ended_ms = "
                      "excluded.ended_ms, agent = excluded.agent, last_number = "
                      "excluded.last_number, bytes = excluded.bytes, fingerprint = "
                      "excluded.fingerprint, sealed = excluded.sealed",
                      c.name, c.customer, row.slot, static_cast<int64_t>(c.channel), c.queue,
                      c.started.millis(), c.item ? c.item->value() : 0,
                      c.ended ? c.ended->millis() : 0, c.agent, row.last_number, row.bytes,
                      row.fingerprint, sealed);
}

absl::StatusOr<Contact> ContactTables::Shown(const Row& row, bool with_entries) {
  Contact contact = row.contact;
  if (with_entries) WISSEL_RETURN_IF_ERROR(ReadEntries(row, contact.entries));
  WISSEL_ASSIGN_OR_RETURN(contact.customer, customers_.RootOf(contact.customer));
  return contact;
}

absl::Status ContactTables::ReadEntries(const Row& row, std::vector<Entry>& entries) {
  const std::string& contact = row.contact.name;
  WISSEL_ASSIGN_OR_RETURN(sql::Query query,
                          files_.db.Ask("SELECT number, request, fingerprint, sealed FROM entries"
                                        " WHERE contact = ?1 ORDER BY number",
                                        contact));
  for (;;) {
    WISSEL_ASSIGN_OR_RETURN(const bool more, query.Next());
    if (!more) break;
    Entry entry;
    entry.number = query.Number(0);
    if (entry.number != static_cast<int64_t>(entries.size()) + 1) return Damaged();
    WISSEL_ASSIGN_OR_RETURN(
        const std::string record,
        Open(row.key, query.Text(3),
             EntryIdentity(contact, entry.number, query.Text(1), query.Text(2))));
    WISSEL_RETURN_IF_ERROR(ReadRecord(record, entry));
    entries.push_back(std::move(entry));
  }
  return static_cast<int64_t>(entries.size()) == row.last_number ? absl::OkStatus() : Damaged();
}

// --- Starting

absl::StatusOr<ContactStore::Started> ContactTables::Start(const NewContact& start) {
  if (!start.request_key.empty()) {
    WISSEL_ASSIGN_OR_RETURN(const std::optional<std::string> before,
                            LookUp("request", start.request_key));
    if (before) {
      WISSEL_ASSIGN_OR_RETURN(const Row row, ReadRow(*before));
      return Repeated(row, start);
    }
  }
  WISSEL_ASSIGN_OR_RETURN(const std::optional<Row> other, FindRow(start.contact.name));
  if (other) {
    return Refuse(absl::StatusCode::kAlreadyExists, "contact",
                  fmt::format("there is a contact {} already", start.contact.name));
  }
  WISSEL_ASSIGN_OR_RETURN(const CustomerTables::Owner owner, customers_.FindOrMake(start));
  Row row{start.contact, owner.slot, 0, 0, "", owner.key};
  row.contact.customer = owner.customer;
  row.fingerprint = files_.Hash("fingerprint", FingerprintText(start.fingerprint));
  const std::string& name = row.contact.name;
  if (!start.request_key.empty()) {
    WISSEL_RETURN_IF_ERROR(
        files_.db.Do(kPutLookup, files_.Hash("request", start.request_key), name));
  }
  WISSEL_RETURN_IF_ERROR(
      files_.db.Do(kPutLookup, files_.Hash("token", TokenOf(files_.Hash("link", name))), name));
  WISSEL_RETURN_IF_ERROR(AddKeys(name, start.keys));
  ContactStore::Started started;
  if (start.first_entry) {
    NewEntry first = *start.first_entry;
    first.contact = name;
    first.request_id.clear();
    WISSEL_ASSIGN_OR_RETURN(Entry entry, Insert(row, first));
    started.contact.entries.push_back(std::move(entry));
  }
  WISSEL_RETURN_IF_ERROR(WriteRow(row));
  std::vector<Entry> entries = std::move(started.contact.entries);
  WISSEL_ASSIGN_OR_RETURN(started.contact, Shown(row, false));
  started.contact.entries = std::move(entries);
  return started;
}

absl::StatusOr<ContactStore::Started> ContactTables::Repeated(const Row& row,
                                                              const NewContact& start) {
  if (row.fingerprint != files_.Hash("fingerprint", FingerprintText(start.fingerprint))) {
    return OtherContent();
  }
  if (start.repeatable && start.contact.started - row.contact.started > *start.repeatable) {
    return Refuse(absl::StatusCode::kAborted, "requestId",
                  fmt::format("this request id began a conversation longer than {} minutes ago",
                              start.repeatable->millis() / 60'000),
                  "a new request id for a new conversation");
  }
  ContactStore::Started started{{}, true};
  WISSEL_ASSIGN_OR_RETURN(started.contact, Shown(row, true));
  return started;
}

absl::Status ContactTables::AddKeys(const std::string& contact,
                                    const std::vector<std::string>& keys) {
  for (const std::string& key : keys) {
    WISSEL_RETURN_IF_ERROR(files_.db.Do(kPutLookup, files_.Hash("key", key), contact));
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> ContactTables::SetItem(const std::string& contact, ItemId item) {
  WISSEL_ASSIGN_OR_RETURN(Row row, ReadRow(contact));
  row.contact.item = item;
  row.contact.ended.reset();
  WISSEL_RETURN_IF_ERROR(
      files_.db.Do("INSERT INTO items VALUES (?1, ?2) ON CONFLICT (item) DO UPDATE SET contact "
                   "= excluded.contact",
                   item.value(), contact));
  WISSEL_RETURN_IF_ERROR(WriteRow(row));
  return true;
}

absl::StatusOr<bool> ContactTables::Forget(const std::string& contact) {
  WISSEL_ASSIGN_OR_RETURN(const std::optional<Row> row, FindRow(contact));
  if (!row) return false;
  WISSEL_RETURN_IF_ERROR(Delete(contact));
  WISSEL_RETURN_IF_ERROR(customers_.ForgetMadeBy(row->contact.customer, contact));
  return true;
}

absl::Status ContactTables::Delete(const std::string& contact) {
  for (const char* sql :
       {"DELETE FROM pieces WHERE attachment IN (SELECT id FROM attachments WHERE contact = ?1)",
        "DELETE FROM attachments WHERE contact = ?1", "DELETE FROM drafts WHERE contact = ?1",
        "DELETE FROM entries WHERE contact = ?1", "DELETE FROM lookups WHERE contact = ?1",
        "DELETE FROM items WHERE contact = ?1", "DELETE FROM contacts WHERE name = ?1"}) {
    WISSEL_RETURN_IF_ERROR(files_.db.Do(sql, contact));
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> ContactTables::End(const std::string& contact, Instant at,
                                        const std::string& agent) {
  WISSEL_ASSIGN_OR_RETURN(std::optional<Row> row, FindRow(contact));
  if (!row || row->contact.ended) return false;
  row->contact.ended = at;
  if (!agent.empty()) row->contact.agent = agent;
  WISSEL_RETURN_IF_ERROR(WriteRow(*row));
  return true;
}

// --- Entries

absl::StatusOr<ContactStore::Appended> ContactTables::Append(const NewEntry& added) {
  WISSEL_ASSIGN_OR_RETURN(Row row, ReadRow(added.contact));
  WISSEL_ASSIGN_OR_RETURN(std::optional<Entry> before, FindRepeated(row, added));
  if (before) return ContactStore::Appended{*std::move(before), true};
  WISSEL_RETURN_IF_ERROR(added.may_add);
  WISSEL_ASSIGN_OR_RETURN(Entry entry, Insert(row, added));
  WISSEL_RETURN_IF_ERROR(WriteRow(row));
  WISSEL_RETURN_IF_ERROR(AddKeys(added.contact, added.keys));
  if (added.ends_draft_of) {
    WISSEL_RETURN_IF_ERROR(files_.db.Do("DELETE FROM drafts WHERE contact = ?1 AND agent = ?2",
                                        added.contact, *added.ends_draft_of));
  }
  return ContactStore::Appended{std::move(entry), false};
}

absl::StatusOr<std::optional<Entry>> ContactTables::FindRepeated(const Row& row,
                                                                 const NewEntry& added) {
  if (added.request_id.empty()) return std::nullopt;
  const std::string request = RequestHash(added);
  WISSEL_ASSIGN_OR_RETURN(sql::Query query,
                          files_.db.Ask("SELECT number, fingerprint, sealed FROM entries"
                                        " WHERE contact = ?1 AND request = ?2 AND"
                                        " length(request) > 0",
                                        added.contact, request));
  WISSEL_ASSIGN_OR_RETURN(const bool repeated, query.Next());
  if (!repeated) return std::nullopt;
  const std::string fingerprint = query.Text(1);
  if (fingerprint != files_.Hash("fingerprint", FingerprintText(added.fingerprint))) {
    return OtherContent();
  }
  Entry entry;
  entry.number = query.Number(0);
  WISSEL_ASSIGN_OR_RETURN(const std::string record,
                          Open(row.key, query.Text(2),
                               EntryIdentity(added.contact, entry.number, request, fingerprint)));
  WISSEL_RETURN_IF_ERROR(ReadRecord(record, entry));
  return entry;
}

std::string ContactTables::RequestHash(const NewEntry& added) const {
  if (added.request_id.empty()) return "";
  return files_.Hash("entry request", Identity(added.contact)
                                          .Add(static_cast<int64_t>(added.entry.author))
                                          .Add(added.request_id)
                                          .text());
}

absl::StatusOr<Entry> ContactTables::Insert(Row& row, const NewEntry& added) {
  if (row.last_number >= ContactStore::kMostEntries) {
    return Refuse(absl::StatusCode::kResourceExhausted, "",
                  fmt::format("the contact is full with {} entries", row.last_number));
  }
  const size_t attachments = added.attachments.size() + added.staged.size();
  if (attachments > static_cast<size_t>(ContactStore::kMostAttachments)) {
    return RefuseField("attachments", fmt::format("there are {} attachments", attachments),
                       fmt::format("at most {}", ContactStore::kMostAttachments));
  }
  Entry entry = added.entry;
  entry.number = ++row.last_number;
  entry.attachments.clear();
  for (const std::string& id : added.staged) {
    WISSEL_ASSIGN_OR_RETURN(Attachment attachment, TakeStaged(row, id, entry.number));
    entry.attachments.push_back(std::move(attachment));
  }
  for (const NewAttachment& with : added.attachments) {
    WISSEL_ASSIGN_OR_RETURN(Attachment attachment, Attach(row, with, entry.number));
    entry.attachments.push_back(std::move(attachment));
  }
  const std::string request = RequestHash(added);
  const std::string fingerprint =
      request.empty() ? "" : files_.Hash("fingerprint", FingerprintText(added.fingerprint));
  const std::string& contact = row.contact.name;
  WISSEL_RETURN_IF_ERROR(files_.db.Do(
      "INSERT INTO entries VALUES (?1, ?2, ?3, ?4, ?5)", contact, entry.number, request,
      fingerprint,
      Seal(row.key, RecordOf(entry), EntryIdentity(contact, entry.number, request, fingerprint))));
  return entry;
}

// --- Finding

absl::StatusOr<std::optional<std::string>> ContactTables::LookUp(std::string_view purpose,
                                                                 std::string_view text) {
  WISSEL_ASSIGN_OR_RETURN(
      sql::Query query,
      files_.db.Ask("SELECT contact FROM lookups WHERE hash = ?1", files_.Hash(purpose, text)));
  WISSEL_ASSIGN_OR_RETURN(const bool found, query.Next());
  return found ? std::optional(query.Text(0)) : std::nullopt;
}

absl::StatusOr<std::optional<Contact>> ContactTables::Load(const std::string& contact) {
  WISSEL_ASSIGN_OR_RETURN(const std::optional<Row> row, FindRow(contact));
  if (!row) return std::nullopt;
  WISSEL_ASSIGN_OR_RETURN(Contact shown, Shown(*row, true));
  return shown;
}

absl::StatusOr<std::optional<Contact>> ContactTables::LoadOfItem(ItemId item) {
  std::string contact;
  {
    WISSEL_ASSIGN_OR_RETURN(
        sql::Query query, files_.db.Ask("SELECT contact FROM items WHERE item = ?1", item.value()));
    WISSEL_ASSIGN_OR_RETURN(const bool found, query.Next());
    if (!found) return std::nullopt;
    contact = query.Text(0);
  }
  WISSEL_ASSIGN_OR_RETURN(std::optional<Contact> loaded, Load(contact));
  if (!loaded) return Damaged();
  return loaded;
}

absl::StatusOr<std::vector<Contact>> ContactTables::ShowAll(const std::vector<std::string>& names,
                                                            bool with_entries) {
  std::vector<Contact> contacts;
  for (const std::string& name : names) {
    WISSEL_ASSIGN_OR_RETURN(const Row row, ReadRow(name));
    WISSEL_ASSIGN_OR_RETURN(Contact shown, Shown(row, with_entries));
    contacts.push_back(std::move(shown));
  }
  return contacts;
}

absl::StatusOr<std::vector<Contact>> ContactTables::LoadLive(Channel channel) {
  std::vector<std::string> names;
  {
    WISSEL_ASSIGN_OR_RETURN(
        sql::Query query,
        files_.db.Ask("SELECT name FROM contacts WHERE ended_ms = 0 AND channel = ?1",
                      static_cast<int64_t>(channel)));
    for (;;) {
      WISSEL_ASSIGN_OR_RETURN(const bool more, query.Next());
      if (!more) break;
      names.push_back(query.Text(0));
    }
  }
  return ShowAll(names, true);
}

absl::StatusOr<std::optional<std::string>> ContactTables::CustomerOf(const std::string& contact) {
  WISSEL_ASSIGN_OR_RETURN(const std::optional<Row> row, FindRow(contact));
  if (!row) return std::nullopt;
  WISSEL_ASSIGN_OR_RETURN(std::string root, customers_.RootOf(row->contact.customer));
  return root;
}

absl::StatusOr<bool> ContactTables::ShareCustomer(const std::vector<std::string>& contacts,
                                                  const std::string& subject) {
  std::optional<std::string> customer;
  if (IsCustomerName(subject)) {
    WISSEL_ASSIGN_OR_RETURN(const bool exists, customers_.Exists(subject));
    if (!exists) return false;
    WISSEL_ASSIGN_OR_RETURN(customer, customers_.RootOf(subject));
  } else {
    WISSEL_ASSIGN_OR_RETURN(customer, CustomerOf(subject));
    if (!customer) return false;
  }
  for (const std::string& contact : contacts) {
    WISSEL_ASSIGN_OR_RETURN(const std::optional<std::string> theirs, CustomerOf(contact));
    if (theirs == customer) return true;
  }
  return false;
}

absl::StatusOr<std::vector<ContactPosition>> ContactTables::PositionsOf(
    const std::string& customer) {
  std::vector<ContactPosition> positions;
  WISSEL_ASSIGN_OR_RETURN(
      sql::Query query,
      files_.db.Ask("SELECT started_ms, name FROM contacts WHERE customer = ?1", customer));
  for (;;) {
    WISSEL_ASSIGN_OR_RETURN(const bool more, query.Next());
    if (!more) return positions;
    positions.push_back({Instant::FromMillis(query.Number(0)), query.Text(1)});
  }
}

absl::StatusOr<ContactPage> ContactTables::List(const std::string& customer, int size,
                                                const std::optional<ContactPosition>& from) {
  WISSEL_ASSIGN_OR_RETURN(const std::vector<std::string> group, customers_.GroupOf(customer));
  std::vector<ContactPosition> all;
  for (const std::string& member : group) {
    WISSEL_ASSIGN_OR_RETURN(const std::vector<ContactPosition> theirs, PositionsOf(member));
    all.insert(all.end(), theirs.begin(), theirs.end());
  }
  std::sort(all.begin(), all.end(), std::greater<>());
  auto at = from ? std::lower_bound(all.begin(), all.end(), *from, std::greater<>()) : all.begin();
  std::vector<std::string> names;
  for (; at != all.end() && names.size() < static_cast<size_t>(size); ++at) {
    names.push_back(at->name);
  }
  ContactPage page;
  if (at != all.end()) page.next = *at;
  WISSEL_ASSIGN_OR_RETURN(page.contacts, ShowAll(names, false));
  return page;
}

}  // namespace wissel::contacts

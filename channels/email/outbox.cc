#include "channels/email/outbox.h"

#include "base/invariant.h"
#include "base/status.h"

namespace wissel::email {
namespace {

constexpr const char* kSchema =
    "CREATE TABLE IF NOT EXISTS outbox ("
    " id INTEGER PRIMARY KEY, contact BLOB NOT NULL, number INTEGER NOT NULL,"
    " message_id BLOB NOT NULL, automatic INTEGER NOT NULL, state INTEGER NOT NULL,"
    " made_ms INTEGER NOT NULL, due_ms INTEGER NOT NULL, attempts INTEGER NOT NULL,"
    " code INTEGER NOT NULL);"
    "CREATE INDEX IF NOT EXISTS outbox_by_contact ON outbox (contact);"
    "CREATE INDEX IF NOT EXISTS outbox_unsettled ON outbox (state) WHERE state < 4;";

#define WISSEL_OUTBOX_COLUMNS \
  "id, contact, number, message_id, automatic, state, made_ms, due_ms, attempts, code"

Instant InstantOf(uint64_t number) { return Instant::FromMillis(static_cast<int64_t>(number)); }
uint64_t Number(Instant t) { return static_cast<uint64_t>(t.millis()); }

absl::StatusOr<std::vector<OutMail>> ReadAll(sql::Statement& query) {
  std::vector<OutMail> mails;
  while (true) {
    auto row = query.Step();
    if (!row.ok() || !*row) {
      query.Reset();
      if (!row.ok()) return row.status();
      return mails;
    }
    OutMail mail;
    mail.id = query.Number(0);
    mail.contact = query.Bytes(1);
    mail.number = static_cast<int64_t>(query.Number(2));
    mail.message_id = query.Bytes(3);
    mail.kind = static_cast<OutKind>(query.Number(4));
    mail.state = static_cast<OutState>(query.Number(5));
    mail.made = InstantOf(query.Number(6));
    mail.due = InstantOf(query.Number(7));
    mail.attempts = static_cast<int>(query.Number(8));
    mail.code = static_cast<int>(query.Number(9));
    mails.push_back(std::move(mail));
  }
}

// INTERNAL: a sync failed, or worse.
absl::Status Checked(absl::Status status) {
  INVARIANT(!absl::IsInternal(status));
  return status;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Outbox>> Outbox::Open(const sql::Place& place) {
  WISSEL_ASSIGN_OR_RETURN(sql::Connection connection, sql::Connection::Open(place));
  std::unique_ptr<Outbox> outbox(new Outbox(std::move(connection)));
  WISSEL_RETURN_IF_ERROR(outbox->connection_.Run(kSchema));
  WISSEL_RETURN_IF_ERROR(outbox->Prepare());
  return outbox;
}

absl::Status Outbox::Prepare() {
  const std::pair<sql::Statement*, const char*> statements[] = {
      {&insert_,
       "INSERT INTO outbox (contact, number, message_id, automatic, state, made_ms, due_ms, "
       "attempts,"
       " code) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) RETURNING id"},
      {&update_,
       "UPDATE outbox SET number = ?2, state = ?3, due_ms = ?4, attempts = ?5, code = ?6"
       " WHERE id = ?1"},
      {&drop_, "DELETE FROM outbox WHERE id = ?1"},
      {&drop_contact_, "DELETE FROM outbox WHERE contact = ?1"},
      {&unsettled_, "SELECT " WISSEL_OUTBOX_COLUMNS " FROM outbox WHERE state < 4 ORDER BY id"},
      {&of_contact_, "SELECT " WISSEL_OUTBOX_COLUMNS " FROM outbox WHERE contact = ?1 ORDER BY id"},
  };
  for (const auto& [statement, sql] : statements) {
    WISSEL_ASSIGN_OR_RETURN(*statement, connection_.Prepare(sql));
  }
  return absl::OkStatus();
}

absl::StatusOr<OutMail> Outbox::Add(OutMail mail) {
  insert_.BindCopy(1, mail.contact);
  insert_.Bind(2, static_cast<uint64_t>(mail.number));
  insert_.BindCopy(3, mail.message_id);
  insert_.Bind(4, static_cast<uint64_t>(mail.kind)).Bind(5, static_cast<uint64_t>(mail.state));
  insert_.Bind(6, Number(mail.made)).Bind(7, Number(mail.due));
  insert_.Bind(8, static_cast<uint64_t>(mail.attempts)).Bind(9, static_cast<uint64_t>(mail.code));
  const absl::StatusOr<bool> row = insert_.Step();
  if (row.ok() && *row) mail.id = insert_.Number(0);
  insert_.Reset();
  WISSEL_RETURN_IF_ERROR(Checked(row.status()));
  return mail;
}

absl::Status Outbox::Save(const OutMail& mail) {
  update_.Bind(1, mail.id).Bind(2, static_cast<uint64_t>(mail.number));
  update_.Bind(3, static_cast<uint64_t>(mail.state)).Bind(4, Number(mail.due));
  update_.Bind(5, static_cast<uint64_t>(mail.attempts)).Bind(6, static_cast<uint64_t>(mail.code));
  return Checked(update_.Run());
}

absl::Status Outbox::Drop(uint64_t id) {
  drop_.Bind(1, id);
  return Checked(drop_.Run());
}

absl::Status Outbox::DropContact(const std::string& contact) {
  drop_contact_.BindCopy(1, contact);
  return Checked(drop_contact_.Run());
}

absl::StatusOr<std::vector<OutMail>> Outbox::LoadUnsettled() { return ReadAll(unsettled_); }

absl::StatusOr<std::vector<OutMail>> Outbox::LoadOf(const std::string& contact) {
  of_contact_.BindCopy(1, contact);
  return ReadAll(of_contact_);
}

}  // namespace wissel::email

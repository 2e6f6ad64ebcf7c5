#include "channels/mailings/mailing_tables.h"

#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "base/status.h"

namespace wissel::mailings {
namespace {

using sql::Query;

#define WISSEL_RECIPIENT_COLUMNS \
  "mailing, number, contact, state, next_ms, attempts, first_ms, code, ended_ms"

int64_t MillisOr0(const std::optional<Instant>& t) { return t ? t->millis() : 0; }
std::optional<Instant> InstantOr0(int64_t ms) {
  return ms == 0 ? std::nullopt : std::optional(Instant::FromMillis(ms));
}
int64_t Number(RecipientState state) { return static_cast<int64_t>(state); }

absl::StatusOr<std::vector<RecipientPlace>> ReadAll(Query row) {
  std::vector<RecipientPlace> places;
  for (;;) {
    WISSEL_ASSIGN_OR_RETURN(const bool more, row.Next());
    if (!more) return places;
    RecipientPlace place{row.Number(0), {}};
    Recipient& recipient = place.recipient;
    recipient.number = row.Number(1);
    recipient.contact = row.Text(2);
    recipient.state = static_cast<RecipientState>(row.Number(3));
    recipient.next = Instant::FromMillis(row.Number(4));
    recipient.attempts = static_cast<int>(row.Number(5));
    recipient.first = InstantOr0(row.Number(6));
    recipient.code = static_cast<int>(row.Number(7));
    recipient.ended = InstantOr0(row.Number(8));
    places.push_back(std::move(place));
  }
}

absl::StatusOr<std::vector<Recipient>> ReadRecipients(Query row) {
  WISSEL_ASSIGN_OR_RETURN(const std::vector<RecipientPlace> places, ReadAll(std::move(row)));
  std::vector<Recipient> recipients;
  recipients.reserve(places.size());
  for (const RecipientPlace& place : places) recipients.push_back(place.recipient);
  return recipients;
}

}  // namespace

const char* const MailingTables::kSchema =
    "CREATE TABLE IF NOT EXISTS mailings ("
    " number INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, display_name BLOB NOT NULL,"
    " sender BLOB NOT NULL, fields BLOB NOT NULL, rate INTEGER NOT NULL, phase INTEGER NOT NULL,"
    " created_ms INTEGER NOT NULL, started_ms INTEGER NOT NULL, ended_ms INTEGER NOT NULL);"
    "CREATE TABLE IF NOT EXISTS texts ("
    " mailing INTEGER NOT NULL, place INTEGER NOT NULL, language BLOB NOT NULL,"
    " subject BLOB NOT NULL, text BLOB NOT NULL, PRIMARY KEY (mailing, place)) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS recipients ("
    " mailing INTEGER NOT NULL, number INTEGER NOT NULL, key BLOB NOT NULL,"
    " fingerprint BLOB NOT NULL, contact BLOB NOT NULL, state INTEGER NOT NULL,"
    " next_ms INTEGER NOT NULL, attempts INTEGER NOT NULL, first_ms INTEGER NOT NULL,"
    " code INTEGER NOT NULL, ended_ms INTEGER NOT NULL,"
    " PRIMARY KEY (mailing, number), UNIQUE (mailing, key)) WITHOUT ROWID;"
    "CREATE INDEX IF NOT EXISTS recipients_by_state ON recipients"
    " (mailing, state, next_ms, number);"
    "CREATE INDEX IF NOT EXISTS recipients_by_contact ON recipients (contact);"
    "CREATE INDEX IF NOT EXISTS recipients_sending ON recipients (state) WHERE state = 2;"
    "CREATE INDEX IF NOT EXISTS recipients_withdrawn ON recipients (state)"
    " WHERE state = 6 AND contact <> x'';";

// --- Mailings

absl::StatusOr<Mailing> MailingTables::Save(Mailing mailing) {
  if (mailing.number == 0) {
    WISSEL_ASSIGN_OR_RETURN(Query row,
                            file_.db().Ask("SELECT coalesce(max(number), 0) + 1 FROM mailings"));
    WISSEL_RETURN_IF_ERROR(row.Next().status());
    mailing.number = row.Number(0);
  }
  WISSEL_RETURN_IF_ERROR(file_.db().Do(
      "INSERT INTO mailings VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON "
      "CONFLICT (number) DO UPDATE SET id = excluded.id, display_name = "
      "excluded.display_name, sender = excluded.sender, fields = excluded.fields, "
      "rate = excluded.rate, phase = excluded.phase, created_ms = "
      "excluded.created_ms, started_ms = excluded.started_ms, ended_ms = "
      "excluded.ended_ms",
      mailing.number, mailing.id, mailing.display_name, mailing.sender,
      absl::StrJoin(mailing.fields, "\n"), mailing.rate, static_cast<int64_t>(mailing.phase),
      mailing.created.millis(), MillisOr0(mailing.started), MillisOr0(mailing.ended)));
  WISSEL_RETURN_IF_ERROR(file_.db().Do("DELETE FROM texts WHERE mailing = ?1", mailing.number));
  int64_t place = 0;
  for (const NoticeText& text : mailing.texts) {
    WISSEL_RETURN_IF_ERROR(file_.db().Do("INSERT INTO texts VALUES (?1, ?2, ?3, ?4, ?5)",
                                         mailing.number, place++, text.language, text.subject,
                                         text.text));
  }
  return mailing;
}

absl::StatusOr<std::vector<Mailing>> MailingTables::Load() {
  std::vector<Mailing> mailings;
  {
    WISSEL_ASSIGN_OR_RETURN(
        Query row, file_.db().Ask("SELECT number, id, display_name, sender, fields, rate, phase,"
                                  " created_ms, started_ms, ended_ms FROM mailings"
                                  " ORDER BY number"));
    for (;;) {
      WISSEL_ASSIGN_OR_RETURN(const bool more, row.Next());
      if (!more) break;
      Mailing mailing;
      mailing.number = row.Number(0);
      mailing.id = row.Text(1);
      mailing.display_name = row.Text(2);
      mailing.sender = row.Text(3);
      if (const std::string fields = row.Text(4); !fields.empty()) {
        mailing.fields = absl::StrSplit(fields, '\n');
      }
      mailing.rate = static_cast<int>(row.Number(5));
      mailing.phase = static_cast<Phase>(row.Number(6));
      mailing.created = Instant::FromMillis(row.Number(7));
      mailing.started = InstantOr0(row.Number(8));
      mailing.ended = InstantOr0(row.Number(9));
      mailings.push_back(std::move(mailing));
    }
  }
  for (Mailing& mailing : mailings) {
    WISSEL_ASSIGN_OR_RETURN(
        Query row, file_.db().Ask("SELECT language, subject, text FROM texts WHERE mailing = ?1"
                                  " ORDER BY place",
                                  mailing.number));
    for (;;) {
      WISSEL_ASSIGN_OR_RETURN(const bool more, row.Next());
      if (!more) break;
      mailing.texts.push_back({row.Text(0), row.Text(1), row.Text(2)});
    }
  }
  return mailings;
}

// --- Recipients

absl::Status MailingTables::Add(int64_t mailing, const Recipient& recipient, const std::string& key,
                                const std::string& fingerprint) {
  return file_.db().Do(
      "INSERT INTO recipients VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)", mailing,
      recipient.number, key, fingerprint, recipient.contact, Number(recipient.state),
      recipient.next.millis(), recipient.attempts, MillisOr0(recipient.first), recipient.code,
      MillisOr0(recipient.ended));
}

absl::Status MailingTables::Save(int64_t mailing, const Recipient& recipient) {
  return file_.db().Do(
      "UPDATE recipients SET contact = ?3, state = ?4, next_ms = ?5, attempts = ?6, first_ms = ?7,"
      " code = ?8, ended_ms = ?9 WHERE mailing = ?1 AND number = ?2",
      mailing, recipient.number, recipient.contact, Number(recipient.state),
      recipient.next.millis(), recipient.attempts, MillisOr0(recipient.first), recipient.code,
      MillisOr0(recipient.ended));
}

absl::StatusOr<std::optional<MailingTables::Known>> MailingTables::FindKey(int64_t mailing,
                                                                           const std::string& key) {
  WISSEL_ASSIGN_OR_RETURN(
      Query row,
      file_.db().Ask("SELECT number, fingerprint FROM recipients WHERE mailing = ?1 AND key = ?2",
                     mailing, key));
  WISSEL_ASSIGN_OR_RETURN(const bool found, row.Next());
  if (!found) return std::nullopt;
  return Known{row.Number(0), row.Text(1)};
}

absl::StatusOr<std::optional<RecipientPlace>> MailingTables::FindContact(
    const std::string& contact) {
  WISSEL_ASSIGN_OR_RETURN(Query row, file_.db().Ask("SELECT " WISSEL_RECIPIENT_COLUMNS
                                                    " FROM recipients WHERE contact = ?1",
                                                    contact));
  WISSEL_ASSIGN_OR_RETURN(const std::vector<RecipientPlace> places, ReadAll(std::move(row)));
  return places.empty() ? std::nullopt : std::optional(places[0]);
}

absl::StatusOr<std::optional<Recipient>> MailingTables::Find(int64_t mailing, int64_t number) {
  WISSEL_ASSIGN_OR_RETURN(Query row,
                          file_.db().Ask("SELECT " WISSEL_RECIPIENT_COLUMNS
                                         " FROM recipients WHERE mailing = ?1 AND number = ?2",
                                         mailing, number));
  WISSEL_ASSIGN_OR_RETURN(const std::vector<RecipientPlace> places, ReadAll(std::move(row)));
  return places.empty() ? std::nullopt : std::optional(places[0].recipient);
}

absl::StatusOr<int64_t> MailingTables::LastNumber(int64_t mailing) {
  WISSEL_ASSIGN_OR_RETURN(
      Query row,
      file_.db().Ask("SELECT coalesce(max(number), 0) FROM recipients WHERE mailing = ?1",
                     mailing));
  WISSEL_RETURN_IF_ERROR(row.Next().status());
  return row.Number(0);
}

absl::StatusOr<std::vector<Recipient>> MailingTables::List(int64_t mailing,
                                                           std::optional<RecipientState> state,
                                                           int64_t from, int most) {
  if (!state) {
    WISSEL_ASSIGN_OR_RETURN(Query row, file_.db().Ask("SELECT " WISSEL_RECIPIENT_COLUMNS
                                                      " FROM recipients WHERE mailing = ?1 AND"
                                                      " number >= ?2 ORDER BY number LIMIT ?3",
                                                      mailing, from, most));
    return ReadRecipients(std::move(row));
  }
  WISSEL_ASSIGN_OR_RETURN(Query row,
                          file_.db().Ask("SELECT " WISSEL_RECIPIENT_COLUMNS
                                         " FROM recipients WHERE mailing = ?1 AND state = ?4 AND"
                                         " number >= ?2 ORDER BY number LIMIT ?3",
                                         mailing, from, most, Number(*state)));
  return ReadRecipients(std::move(row));
}

absl::StatusOr<Counts> MailingTables::Count(int64_t mailing) {
  Counts counts;
  WISSEL_ASSIGN_OR_RETURN(Query row, file_.db().Ask("SELECT state, count(*) FROM recipients"
                                                    " WHERE mailing = ?1 GROUP BY state",
                                                    mailing));
  for (;;) {
    WISSEL_ASSIGN_OR_RETURN(const bool more, row.Next());
    if (!more) return counts;
    counts[static_cast<RecipientState>(row.Number(0))] = row.Number(1);
  }
}

absl::StatusOr<std::vector<Recipient>> MailingTables::Due(int64_t mailing, Instant now, int most) {
  WISSEL_ASSIGN_OR_RETURN(Query row, file_.db().Ask("SELECT " WISSEL_RECIPIENT_COLUMNS
                                                    " FROM recipients WHERE mailing = ?1 AND"
                                                    " state = 1 AND next_ms <= ?2"
                                                    " ORDER BY next_ms, number LIMIT ?3",
                                                    mailing, now.millis(), most));
  return ReadRecipients(std::move(row));
}

absl::StatusOr<std::optional<Instant>> MailingTables::NextDue(int64_t mailing) {
  WISSEL_ASSIGN_OR_RETURN(Query row, file_.db().Ask("SELECT next_ms FROM recipients"
                                                    " WHERE mailing = ?1 AND state = 1"
                                                    " ORDER BY next_ms LIMIT 1",
                                                    mailing));
  WISSEL_ASSIGN_OR_RETURN(const bool found, row.Next());
  return found ? std::optional(Instant::FromMillis(row.Number(0))) : std::nullopt;
}

absl::StatusOr<std::vector<RecipientPlace>> MailingTables::Sending() {
  WISSEL_ASSIGN_OR_RETURN(Query row, file_.db().Ask("SELECT " WISSEL_RECIPIENT_COLUMNS
                                                    " FROM recipients WHERE state = 2"));
  return ReadAll(std::move(row));
}

absl::Status MailingTables::Withdraw(int64_t mailing, Instant now) {
  return file_.db().Do(
      "UPDATE recipients SET state = 6, ended_ms = ?2 WHERE mailing = ?1 AND state = 1", mailing,
      now.millis());
}

absl::StatusOr<std::vector<RecipientPlace>> MailingTables::ToForget(int most) {
  WISSEL_ASSIGN_OR_RETURN(Query row, file_.db().Ask("SELECT " WISSEL_RECIPIENT_COLUMNS
                                                    " FROM recipients WHERE state = 6 AND"
                                                    " contact <> x'' LIMIT ?1",
                                                    most));
  return ReadAll(std::move(row));
}

absl::Status MailingTables::ForgetContact(int64_t mailing, int64_t number) {
  return file_.db().Do("UPDATE recipients SET contact = x'' WHERE mailing = ?1 AND number = ?2",
                       mailing, number);
}

}  // namespace wissel::mailings

#include "router/journal/postgres_journal.h"

#include <chrono>
#include <cstring>
#include <thread>
#include <utility>
#include <vector>

#include "base/invariant.h"
#include "base/status.h"
#include "fmt/format.h"

namespace wissel {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr int64_t kFormat = 1;
constexpr auto kBetweenTries = std::chrono::milliseconds(100);

// A payload is as small as it gets already.
constexpr const char* kSchema = R"sql(
  CREATE TABLE journal_batches(
    first_sequence BIGINT PRIMARY KEY,
    last_sequence BIGINT NOT NULL,
    epoch BIGINT NOT NULL,
    hash BYTEA NOT NULL,
    payload BYTEA NOT NULL);
  ALTER TABLE journal_batches ALTER COLUMN payload SET STORAGE EXTERNAL;
  CREATE TABLE journal_tail(
    sole BOOLEAN PRIMARY KEY CHECK (sole),
    format BIGINT NOT NULL,
    epoch BIGINT NOT NULL,
    last_sequence BIGINT NOT NULL,
    hash BYTEA NOT NULL) WITH (fillfactor = 20);
  CREATE TABLE journal_probe(bytes BYTEA NOT NULL);
  INSERT INTO journal_tail VALUES (TRUE, 1, 0, 0, decode(repeat('00', 32), 'hex'));
)sql";

// In one statement, so that both are as of one commit.
constexpr const char* kTail =
    "SELECT t.epoch, t.last_sequence, t.hash, coalesce(b.epoch, 0), coalesce(b.last_sequence, 0),"
    "       coalesce(b.hash, decode(repeat('00', 32), 'hex')), t.format"
    "  FROM journal_tail AS t LEFT JOIN journal_batches AS b"
    "    ON b.first_sequence = (SELECT max(first_sequence) FROM journal_batches)";

constexpr const char* kScan =
    "SELECT first_sequence, last_sequence, epoch, hash, payload FROM journal_batches"
    "  WHERE first_sequence > $1 ORDER BY first_sequence LIMIT 64";

constexpr const char* kAppend =
    "WITH moved AS ("
    "  UPDATE journal_tail SET last_sequence = $3, hash = $4"
    "    WHERE epoch = $1 AND last_sequence = $2 - 1 AND hash = $6 RETURNING 1)"
    " INSERT INTO journal_batches SELECT $2, $3, $1, $4, $5 FROM moved";

absl::Status Damaged(std::string_view what) {
  return absl::DataLossError(fmt::format("the journal is damaged: {}", what));
}

absl::StatusOr<ChainHash> HashOf(std::string_view bytes) {
  ChainHash hash;
  if (bytes.size() != hash.size()) return Damaged("a hash has the wrong size");
  std::memcpy(hash.data(), bytes.data(), hash.size());
  return hash;
}

std::string_view BytesOf(const ChainHash& hash) {
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

absl::StatusOr<JournalTail> TailOf(const PostgresRows& rows) {
  if (rows.size() != 1) return Damaged("its tail is missing");
  if (rows.Number(0, 6) != kFormat) {
    return absl::DataLossError(fmt::format("the journal is of format {}; this program reads {}",
                                           rows.Number(0, 6), kFormat));
  }
  JournalTail tail;
  tail.epoch = static_cast<uint64_t>(rows.Number(0, 0));
  tail.end.sequence = static_cast<uint64_t>(rows.Number(0, 1));
  WISSEL_ASSIGN_OR_RETURN(tail.end.hash, HashOf(rows.Bytes(0, 2)));
  JournalPosition last;
  last.sequence = static_cast<uint64_t>(rows.Number(0, 4));
  WISSEL_ASSIGN_OR_RETURN(last.hash, HashOf(rows.Bytes(0, 5)));
  if (tail.end != last)
    return Damaged(fmt::format("it should end at sequence {}, but its last row ends at {}",
                               tail.end.sequence, last.sequence));
  if (tail.epoch < static_cast<uint64_t>(rows.Number(0, 3)))
    return Damaged("its last row is of a later epoch than its tail");
  return tail;
}

// A connection that is made anew when it was lost.
class Session {
 public:
  explicit Session(PostgresOptions options) : options_(std::move(options)) {}

  absl::StatusOr<PostgresConnection*> Get() {
    if (!connection_ || connection_->lost()) {
      connection_.reset();
      WISSEL_ASSIGN_OR_RETURN(connection_, PostgresConnection::Open(options_));
    }
    return &*connection_;
  }
  bool lost() const { return !connection_ || connection_->lost(); }

  // For what does no harm when done twice: once more on a new connection.
  template <class... Parameters>
  absl::StatusOr<PostgresRows> Ask(const char* sql, const Parameters&... parameters) {
    for (bool again : {true, false}) {
      WISSEL_ASSIGN_OR_RETURN(PostgresConnection * connection, Get());
      absl::StatusOr<PostgresRows> rows = connection->Ask(sql, parameters...);
      if (rows.ok() || !connection->lost() || !again) return rows;
    }
    return absl::InternalError("not reached");
  }

  absl::StatusOr<JournalTail> Tail() {
    WISSEL_ASSIGN_OR_RETURN(const PostgresRows rows, Ask(kTail));
    return TailOf(rows);
  }

  absl::Status Scan(uint64_t sequence, const JournalReader::Visitor& visit) {
    while (true) {
      WISSEL_ASSIGN_OR_RETURN(const PostgresRows rows, Ask(kScan, sequence));
      if (rows.size() == 0) return absl::OkStatus();
      for (int i = 0; i < rows.size(); ++i) {
        WISSEL_ASSIGN_OR_RETURN(const ChainHash hash, HashOf(rows.Bytes(i, 3)));
        const RowHeader header{.epoch = static_cast<uint64_t>(rows.Number(i, 2)),
                               .first_sequence = static_cast<uint64_t>(rows.Number(i, 0)),
                               .last_sequence = static_cast<uint64_t>(rows.Number(i, 1))};
        WISSEL_RETURN_IF_ERROR(visit({header, hash, std::string(rows.Bytes(i, 4))}));
        sequence = header.first_sequence;
      }
    }
  }

 private:
  PostgresOptions options_;
  std::optional<PostgresConnection> connection_;
};

class PostgresReader : public JournalReader {
 public:
  explicit PostgresReader(PostgresOptions options) : session_(std::move(options)) {}
  absl::StatusOr<JournalTail> Tail() override { return session_.Tail(); }

 protected:
  absl::Status Scan(uint64_t sequence, const Visitor& visit) override {
    return session_.Scan(sequence, visit);
  }

 private:
  Session session_;
};

class PostgresJournal : public Journal {
 public:
  explicit PostgresJournal(PostgresJournalOptions options)
      : options_(std::move(options)), session_(options_.database) {}

  absl::StatusOr<JournalTail> Tail() override { return session_.Tail(); }

  // Waits for the transactions of the shard's stores that are under way: none that began under an
  // older epoch ends after this.
  absl::StatusOr<uint64_t> AcquireEpoch() override {
    WISSEL_ASSIGN_OR_RETURN(PostgresConnection * database, session_.Get());
    WISSEL_RETURN_IF_ERROR(database->Run(fmt::format("BEGIN; SELECT pg_advisory_xact_lock({})",
                                                     ShardLock(options_.database.schema))));
    absl::StatusOr<uint64_t> epoch = ClaimEpoch(*database);
    if (absl::Status ended = database->Run(epoch.ok() ? "COMMIT" : "ROLLBACK");
        epoch.ok() && !ended.ok()) {
      return ended;
    }
    return epoch;
  }

  absl::Status Append(const RowHeader& header, std::string_view payload) override {
    INVARIANT(header.first_sequence <= header.last_sequence);
    WISSEL_RETURN_IF_ERROR(CheckFence(tail_, header));
    const ChainHash hash = NextInChain(tail_.end.hash, header, payload);
    absl::StatusOr<int64_t> added = TryAppend(header, hash, payload);
    if (!added.ok() && session_.lost()) {
      added = Settle(header, hash, payload);
    }
    WISSEL_RETURN_IF_ERROR(added.status());
    if (*added == 0) return WhyNot(header);
    tail_.end = {header.last_sequence, hash};
    return absl::OkStatus();
  }

  absl::Status CheckWritable() override {
    WISSEL_ASSIGN_OR_RETURN(PostgresConnection * database, session_.Get());
    return database->Run(
        "INSERT INTO journal_probe VALUES (decode(repeat('5a', 1048576), 'hex'));"
        "DELETE FROM journal_probe");
  }

  // The server keeps its own house.
  absl::Status Maintain(bool) override { return absl::OkStatus(); }

  absl::StatusOr<std::unique_ptr<JournalReader>> OpenReader() override {
    return OpenPostgresReader(options_.database);
  }

 protected:
  absl::Status Scan(uint64_t sequence, const Visitor& visit) override {
    return session_.Scan(sequence, visit);
  }

 private:
  absl::StatusOr<uint64_t> ClaimEpoch(PostgresConnection& database) {
    WISSEL_ASSIGN_OR_RETURN(
        const PostgresRows claimed,
        options_.epoch
            ? database.Ask("UPDATE journal_tail SET epoch = $1 WHERE epoch < $1 RETURNING epoch",
                           *options_.epoch)
            : database.Ask("UPDATE journal_tail SET epoch = epoch + 1 RETURNING epoch"));
    if (claimed.size() == 0) {
      return absl::AbortedError(fmt::format(
          "epoch {} is over before it began: the journal has been claimed since", *options_.epoch));
    }
    WISSEL_ASSIGN_OR_RETURN(const PostgresRows tail, database.Ask(kTail));
    WISSEL_ASSIGN_OR_RETURN(tail_, TailOf(tail));
    return tail_.epoch;
  }

  // How many rows were added: none where the tail is not what this writer left.
  absl::StatusOr<int64_t> TryAppend(const RowHeader& header, const ChainHash& hash,
                                    std::string_view payload) {
    WISSEL_ASSIGN_OR_RETURN(PostgresConnection * database, session_.Get());
    WISSEL_ASSIGN_OR_RETURN(
        const PostgresRows rows,
        database->Ask(kAppend, header.epoch, header.first_sequence, header.last_sequence,
                      BytesOf(hash), payload, BytesOf(tail_.end.hash)));
    return rows.changed();
  }

  // The connection was lost: what became of the append is found out, and it is made if it was not.
  absl::StatusOr<int64_t> Settle(const RowHeader& header, const ChainHash& hash,
                                 std::string_view payload) {
    const auto deadline =
        SteadyClock::now() + std::chrono::milliseconds(options_.settle_within.millis());
    absl::Status reason;
    while (SteadyClock::now() < deadline) {
      absl::StatusOr<JournalTail> tail = SettledTail();
      if (tail.ok()) {
        if (tail->epoch == header.epoch && tail->end == JournalPosition{header.last_sequence, hash})
          return 1;
        absl::StatusOr<int64_t> added = TryAppend(header, hash, payload);
        if (added.ok() || !session_.lost()) return added;
        reason = added.status();
      } else if (absl::IsDataLoss(tail.status())) {
        return tail.status();
      } else {
        reason = tail.status();
      }
      std::this_thread::sleep_for(kBetweenTries);
    }
    return absl::InternalError(fmt::format("it cannot be known what became of the last append: {}",
                                           std::string(reason.message())));
  }

  // Once nobody holds the row: what had been left behind has happened by then, or never will.
  absl::StatusOr<JournalTail> SettledTail() {
    WISSEL_ASSIGN_OR_RETURN(PostgresConnection * database, session_.Get());
    WISSEL_RETURN_IF_ERROR(database->Ask("SELECT 1 FROM journal_tail FOR UPDATE").status());
    WISSEL_ASSIGN_OR_RETURN(const PostgresRows rows, database->Ask(kTail));
    return TailOf(rows);
  }

  absl::Status WhyNot(const RowHeader& header) {
    WISSEL_ASSIGN_OR_RETURN(const JournalTail tail, session_.Tail());
    WISSEL_RETURN_IF_ERROR(CheckFence(tail, header));
    return Damaged("the chain does not end where its only writer left it");
  }

  const PostgresJournalOptions options_;
  Session session_;
  JournalTail tail_;  // as this writer left it
};

absl::StatusOr<bool> IsThere(PostgresConnection& database) {
  WISSEL_ASSIGN_OR_RETURN(const PostgresRows rows,
                          database.Ask("SELECT to_regclass('journal_tail') IS NOT NULL"));
  return rows.Number(0, 0) != 0;
}

// Two nodes may come to a new schema at once.
absl::Status CreateIfNew(const PostgresOptions& options) {
  WISSEL_RETURN_IF_ERROR(MakeSchema(options));
  WISSEL_ASSIGN_OR_RETURN(PostgresConnection database, PostgresConnection::Open(options));
  WISSEL_RETURN_IF_ERROR(database.Run(
      fmt::format("BEGIN; SELECT pg_advisory_xact_lock({})", ShardLock(options.schema))));
  WISSEL_ASSIGN_OR_RETURN(const bool there, IsThere(database));
  if (!there) WISSEL_RETURN_IF_ERROR(database.Run(kSchema));
  return database.Run("COMMIT");
}

}  // namespace

absl::StatusOr<std::unique_ptr<Journal>> OpenPostgresJournal(PostgresJournalOptions options) {
  INVARIANT(!options.database.schema.empty());
  WISSEL_RETURN_IF_ERROR(CreateIfNew(options.database));
  auto journal = std::make_unique<PostgresJournal>(std::move(options));
  WISSEL_RETURN_IF_ERROR(journal->Tail().status());
  return journal;
}

absl::StatusOr<std::unique_ptr<JournalReader>> OpenPostgresReader(const PostgresOptions& database) {
  INVARIANT(!database.schema.empty());
  // Without the schema there is no such table either.
  WISSEL_ASSIGN_OR_RETURN(PostgresConnection connection, PostgresConnection::Open(database));
  WISSEL_ASSIGN_OR_RETURN(const bool there, IsThere(connection));
  if (!there) {
    return absl::NotFoundError(
        fmt::format("there is no journal in the schema {}", database.schema));
  }
  return std::make_unique<PostgresReader>(database);
}

}  // namespace wissel

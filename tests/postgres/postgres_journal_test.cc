// The journal in PostgreSQL where connections break, servers die, and others take over.
#include "router/journal/postgres_journal.h"

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/postgres/cluster.h"

namespace wissel {
namespace {

using ::testing::HasSubstr;

class PostgresJournalTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (testing::SharedPostgres() == nullptr) GTEST_SKIP() << "without PostgreSQL";
    static int made = 0;
    schema_ = "shard_" + std::to_string(++made);
  }
  testing::PostgresCluster& cluster() { return *testing::SharedPostgres(); }
  PostgresConnection Admin() { return *PostgresConnection::Open(cluster().Options(schema_)); }
  std::unique_ptr<Journal> Open(std::optional<uint64_t> epoch = std::nullopt,
                                Duration patience = Duration::Seconds(5)) {
    PostgresJournalOptions options{.database = cluster().Options(schema_), .epoch = epoch};
    options.database.patience = patience;
    auto journal = OpenPostgresJournal(options);
    EXPECT_TRUE(journal.ok()) << journal.status();
    return *std::move(journal);
  }
  std::vector<std::string> Rows() {
    std::vector<std::string> rows;
    auto reader = OpenPostgresReader(cluster().Options(schema_));
    EXPECT_TRUE(reader.ok()) << reader.status();
    const auto end = (*reader)->ReadAfter({}, [&](const JournalRow& row) {
      rows.push_back(row.payload);
      return absl::OkStatus();
    });
    EXPECT_TRUE(end.ok()) << end.status();
    return rows;
  }
  // Ends every session but the one that asks.
  void BreakSessions() {
    PostgresConnection admin = Admin();
    ASSERT_TRUE(admin
                    .Ask("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                         " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()")
                    .ok());
  }

  std::string schema_;
};

TEST_F(PostgresJournalTest, AnAppendOverABrokenConnectionIsMadeOnceOnANewOne) {
  auto journal = Open();
  const uint64_t epoch = *journal->AcquireEpoch();
  ASSERT_TRUE(journal->Append({epoch, 1, 1}, "a").ok());
  for (uint64_t i = 2; i <= 6; ++i) {
    BreakSessions();
    ASSERT_TRUE(journal->Append({epoch, i, i}, std::to_string(i)).ok());
  }
  EXPECT_EQ(Rows(), (std::vector<std::string>{"a", "2", "3", "4", "5", "6"}));
}

// The answer is lost, the append is not: whoever waited for it must not make it twice.
TEST_F(PostgresJournalTest, AnAppendWhoseAnswerIsLostIsFoundThere) {
  auto journal = Open(std::nullopt, Duration::Millis(300));
  const uint64_t epoch = *journal->AcquireEpoch();
  ASSERT_TRUE(journal->Append({epoch, 1, 1}, "a").ok());
  // The commit is held up longer than the writer has patience.
  ASSERT_TRUE(Admin()
                  .Run("CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS"
                       " 'BEGIN PERFORM pg_sleep(1); RETURN NULL; END';"
                       "CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON journal_batches"
                       " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION slow()")
                  .ok());
  const absl::Status status = journal->Append({epoch, 2, 2}, "b");
  ASSERT_TRUE(status.ok()) << status;
  ASSERT_TRUE(Admin().Run("DROP TRIGGER slow ON journal_batches").ok());
  ASSERT_TRUE(journal->Append({epoch, 3, 3}, "c").ok());
  EXPECT_EQ(Rows(), (std::vector<std::string>{"a", "b", "c"}));
}

TEST_F(PostgresJournalTest, SurvivesTheDeathOfItsServer) {
  auto journal = Open();
  const uint64_t epoch = *journal->AcquireEpoch();
  std::vector<std::string> acknowledged;
  for (uint64_t i = 1; i <= 30; ++i) {
    if (i % 10 == 0) {
      cluster().Kill();
      std::thread back([this] { EXPECT_TRUE(cluster().StartAgain().ok()); });
      const absl::Status status = journal->Append({epoch, i, i}, std::to_string(i));
      back.join();
      ASSERT_TRUE(status.ok()) << status;
    } else {
      ASSERT_TRUE(journal->Append({epoch, i, i}, std::to_string(i)).ok());
    }
    acknowledged.push_back(std::to_string(i));
  }
  EXPECT_EQ(Rows(), acknowledged);
}

TEST_F(PostgresJournalTest, WithoutAServerTheWriterStopsInTheEnd) {
  PostgresJournalOptions options{.database = cluster().Options(schema_),
                                 .epoch = std::nullopt,
                                 .settle_within = Duration::Millis(300)};
  auto journal = OpenPostgresJournal(options);
  ASSERT_TRUE(journal.ok());
  const uint64_t epoch = *(*journal)->AcquireEpoch();
  ASSERT_TRUE((*journal)->Append({epoch, 1, 1}, "a").ok());
  cluster().Kill();
  const absl::Status status = (*journal)->Append({epoch, 2, 2}, "b");
  EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
  EXPECT_THAT(std::string(status.message()), HasSubstr("cannot be known"));
  ASSERT_TRUE(cluster().StartAgain().ok());
}

TEST_F(PostgresJournalTest, AnEpochIsClaimedByItsLeaseAndNeverBackwards) {
  auto first = Open(7);
  EXPECT_EQ(*first->AcquireEpoch(), 7u);
  ASSERT_TRUE(first->Append({7, 1, 1}, "a").ok());
  auto second = Open(9);
  EXPECT_EQ(*second->AcquireEpoch(), 9u);
  // Who held lease 8 stood still before it claimed.
  for (uint64_t late : {7, 8, 9}) {
    EXPECT_EQ(Open(late)->AcquireEpoch().status().code(), absl::StatusCode::kAborted) << late;
  }
  EXPECT_EQ(first->Append({7, 2, 2}, "stale").code(), absl::StatusCode::kAborted);
  ASSERT_TRUE(second->Append({9, 2, 2}, "b").ok());
  EXPECT_EQ(Rows(), (std::vector<std::string>{"a", "b"}));
}

// Writers who each believe that the shard is theirs: of what they were told is there, all is, once,
// and nothing else.
TEST_F(PostgresJournalTest, WritersWhoFightLeaveOneChain) {
  Open();
  std::atomic<uint64_t> next_epoch = 1;
  std::mutex mutex;
  std::vector<std::string> acknowledged;
  std::vector<std::thread> writers;
  for (int writer = 0; writer < 4; ++writer) {
    writers.emplace_back([&, writer] {
      for (int round = 0; round < 15; ++round) {
        auto journal = Open(next_epoch++);
        const auto epoch = journal->AcquireEpoch();
        if (!epoch.ok()) continue;
        uint64_t sequence = journal->Tail()->end.sequence;
        for (int i = 0; i < 20; ++i) {
          const std::string payload =
              std::to_string(writer) + "." + std::to_string(round) + "." + std::to_string(i);
          const RowHeader header{*epoch, sequence + 1, sequence + 1};
          const absl::Status status = journal->Append(header, payload);
          if (!status.ok()) {
            EXPECT_TRUE(absl::IsAborted(status) || absl::IsFailedPrecondition(status)) << status;
            break;
          }
          ++sequence;
          std::lock_guard lock(mutex);
          acknowledged.push_back(payload);
        }
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  EXPECT_THAT(Rows(), ::testing::UnorderedElementsAreArray(acknowledged));
  EXPECT_GT(acknowledged.size(), 20u);
}

TEST_F(PostgresJournalTest, DamageIsFoundAndNamed) {
  auto journal = Open();
  const uint64_t epoch = *journal->AcquireEpoch();
  for (uint64_t i = 1; i <= 5; ++i) ASSERT_TRUE(journal->Append({epoch, i, i}, "row").ok());
  const auto find = [&] {
    auto reader = OpenPostgresReader(cluster().Options(schema_));
    return (*reader)->ReadAfter({}, [](const JournalRow&) { return absl::OkStatus(); }).status();
  };
  PostgresConnection admin = Admin();
  ASSERT_TRUE(
      admin.Run("UPDATE journal_batches SET payload = 'rot' WHERE first_sequence = 3").ok());
  EXPECT_EQ(find().code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(find().message()), HasSubstr("sequence 3"));
  ASSERT_TRUE(
      admin.Run("UPDATE journal_batches SET payload = 'row' WHERE first_sequence = 3").ok());
  EXPECT_TRUE(find().ok());
  ASSERT_TRUE(admin.Run("DELETE FROM journal_batches WHERE first_sequence = 5").ok());
  EXPECT_EQ(find().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(OpenPostgresJournal({.database = cluster().Options(schema_)}).status().code(),
            absl::StatusCode::kDataLoss);
}

TEST_F(PostgresJournalTest, AnotherFormatIsRefused) {
  Open();
  ASSERT_TRUE(Admin().Run("UPDATE journal_tail SET format = 2").ok());
  const auto opened = OpenPostgresJournal({.database = cluster().Options(schema_)});
  EXPECT_EQ(opened.status().code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(opened.status().message()), HasSubstr("format 2"));
}

TEST_F(PostgresJournalTest, ThereIsNothingToReadWhereNobodyWrote) {
  EXPECT_EQ(OpenPostgresReader(cluster().Options("nobody")).status().code(),
            absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace wissel

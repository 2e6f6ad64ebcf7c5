// The hand on libpq, against a real server.
#include "base/sql/postgres.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/postgres/cluster.h"

namespace wissel {
namespace {

using ::testing::HasSubstr;

class PostgresTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (testing::SharedPostgres() == nullptr) GTEST_SKIP() << "without PostgreSQL";
  }
  PostgresConnection Open() {
    auto connection = PostgresConnection::Open(testing::SharedPostgres()->Options(""));
    EXPECT_TRUE(connection.ok()) << connection.status();
    return *std::move(connection);
  }
};

TEST_F(PostgresTest, NumbersAndBytesComeBackAsTheyWere) {
  PostgresConnection db = Open();
  ASSERT_TRUE(db.Run("CREATE TEMP TABLE t(n BIGINT, b BYTEA, s TEXT)").ok());
  const std::string bytes("\0\xff\x80 zero", 8);
  const auto added = db.Ask("INSERT INTO t VALUES ($1, $2, $3)", int64_t{-5'000'000'000},
                            std::string_view(bytes), std::string_view("Zoë"));
  ASSERT_TRUE(added.ok()) << added.status();
  EXPECT_EQ(added->changed(), 1);
  ASSERT_TRUE(db.Ask("INSERT INTO t VALUES ($1, $2, $3)", 7u, "", "").ok());
  const auto rows = db.Ask("SELECT n, b, s FROM t ORDER BY n");
  ASSERT_TRUE(rows.ok()) << rows.status();
  ASSERT_EQ(rows->size(), 2);
  EXPECT_EQ(rows->Number(0, 0), -5'000'000'000);
  EXPECT_EQ(rows->Bytes(0, 1), bytes);
  EXPECT_EQ(rows->Bytes(0, 2), "Zoë");
  EXPECT_EQ(rows->Number(1, 0), 7);
  EXPECT_EQ(rows->Bytes(1, 1), "");
}

TEST_F(PostgresTest, AStatementIsPreparedOnceAndAskedOften) {
  PostgresConnection db = Open();
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(db.Ask("SELECT $1 + 1", i)->Number(0, 0), i + 1);
  }
  EXPECT_EQ(db.Ask("SELECT count(*) FROM pg_prepared_statements")->Number(0, 0), 2);
}

TEST_F(PostgresTest, AnErrorSaysWhatTheServerSays) {
  PostgresConnection db = Open();
  const auto wrong = db.Ask("SELECT * FROM nowhere");
  EXPECT_EQ(wrong.status().code(), absl::StatusCode::kInternal);
  EXPECT_THAT(std::string(wrong.status().message()), HasSubstr("nowhere"));
  EXPECT_FALSE(db.lost());
  ASSERT_TRUE(db.Run("CREATE TEMP TABLE k(n BIGINT PRIMARY KEY, s TEXT)").ok());
  ASSERT_TRUE(db.Ask("INSERT INTO k VALUES ($1, $2)", 1, "a").ok());
  EXPECT_EQ(db.Ask("INSERT INTO k VALUES ($1, $2)", 1, "a").status().code(),
            absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(db.Ask("INSERT INTO k VALUES ($1, $2)", 2, "\xff").status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(db.Ask("INSERT INTO k VALUES ($1, $2)", 2, std::string_view("\0", 1)).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(db.Ask("SELECT count(*) FROM k")->Number(0, 0), 1);
}

TEST_F(PostgresTest, AServerThatDoesNotAnswerInTimeIsLost) {
  PostgresOptions options = testing::SharedPostgres()->Options("");
  options.patience = Duration::Millis(200);
  auto db = PostgresConnection::Open(options);
  ASSERT_TRUE(db.ok()) << db.status();
  EXPECT_EQ(db->Ask("SELECT pg_sleep(60)").status().code(), absl::StatusCode::kUnknown);
  EXPECT_TRUE(db->lost());
  EXPECT_EQ(db->Ask("SELECT 1").status().code(), absl::StatusCode::kUnknown);
  EXPECT_EQ(db->Run("SELECT 1").code(), absl::StatusCode::kUnknown);
}

TEST_F(PostgresTest, ASessionThatTheServerEndsIsLost) {
  PostgresConnection db = Open();
  const int64_t backend = db.Ask("SELECT pg_backend_pid()")->Number(0, 0);
  ASSERT_TRUE(Open().Ask("SELECT pg_terminate_backend($1::int)", backend).ok());
  EXPECT_EQ(db.Ask("SELECT 1").status().code(), absl::StatusCode::kUnknown);
  EXPECT_TRUE(db.lost());
}

TEST_F(PostgresTest, NoServerIsUnavailableAndThePasswordStaysSecret) {
  const auto none = PostgresConnection::Open(
      {.url = "postgres://wissel:hunter2@127.0.0.1:1/wissel", .schema = ""});
  EXPECT_EQ(none.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(none.status().message()), HasSubstr("wissel@127.0.0.1:1"));
  EXPECT_EQ(std::string(none.status().message()).find("hunter2"), std::string::npos);
}

TEST_F(PostgresTest, ASchemaIsANameAndNothingElse) {
  EXPECT_EQ(
      PostgresConnection::Open(testing::SharedPostgres()->Options("a\"; DROP")).status().code(),
      absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace wissel

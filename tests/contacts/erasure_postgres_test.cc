// Erased is erased where the stores are shared: not a byte of a person's key is left in the tables
// of the database, and what is put back from an older copy of it stays erased.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "tests/contacts/store_testing.h"
#include "tests/postgres/cluster.h"
#include "tests/postgres/places.h"

namespace wissel::contacts {
namespace {

using testing::FilesWith;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const bool kOnPostgres = setenv("WISSEL_TEST_STORES", "postgres", 1) == 0;

class SharedErasureTest : public testing::StoreTest {
 protected:
  PostgresConnection Schema(const char* store) {
    return *PostgresConnection::Open(
        *wissel::testing::StoresIn(folder_.string()).At(store).postgres);
  }
  std::vector<std::string> Keys() {
    const auto rows = Schema("contact_keys").Ask("SELECT key FROM person_keys ORDER BY slot");
    std::vector<std::string> keys;
    for (int i = 0; i < rows->size(); ++i) keys.emplace_back(rows->Bytes(i, 0));
    return keys;
  }
  static std::vector<std::string> TablesWith(const std::string& bytes) {
    return FilesWith(wissel::testing::SharedPostgres()->tables(), bytes);
  }
  // What is in the server's memory goes to its files.
  void Checkpoint() { ASSERT_TRUE(Schema("contacts").Run("CHECKPOINT").ok()); }
};

TEST_F(SharedErasureTest, NothingIsLeftInTheTables) {
  const Contact gone = Start(Mail("ann@example.org", "goes", testing::At(1)))->contact;
  const Contact other = Start(Mail("bo@example.org", "stays", testing::At(2)))->contact;
  const std::vector<std::string> keys = Keys();
  ASSERT_THAT(keys, SizeIs(2));
  Checkpoint();
  ASSERT_THAT(TablesWith(keys[0]), SizeIs(1)) << "the test looks where they are";

  EXPECT_EQ(*Erase(gone.customer), 1);
  Checkpoint();
  EXPECT_THAT(TablesWith(keys[0]), IsEmpty());
  EXPECT_THAT(TablesWith(keys[1]), SizeIs(1));
  EXPECT_EQ(Load(gone.name), std::nullopt);
  EXPECT_EQ(Load(other.name)->subject, "stays");
}

TEST_F(SharedErasureTest, ADatabaseThatIsPutBackBringsNobodyBack) {
  const Contact gone = Start(Mail("ann@example.org", "goes", testing::At(1)))->contact;
  EXPECT_EQ(*Erase(gone.customer), 1);
  store_.reset();
  // As a copy from before the erasure would have it.
  ASSERT_TRUE(Schema("erasures").Run("DELETE FROM erasures").ok());
  Open();
  EXPECT_EQ(Schema("erasures").Ask("SELECT count(*) FROM erasures")->Number(0, 0), 1)
      << "from the file of the machine";
  // And a machine that has never heard of it.
  store_.reset();
  std::filesystem::remove(folder_ / "erasures.txt");
  Open();
  EXPECT_THAT(testing::ReadFile(folder_ / "erasures.txt"), ::testing::HasSubstr(gone.customer));
  EXPECT_EQ(*Erase(gone.customer), 0) << "erased already";
}

}  // namespace
}  // namespace wissel::contacts

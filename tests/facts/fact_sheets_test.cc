// Fact sheets through the service: what is kept, who changed it, what is refused.
#include "channels/facts/fact_sheets.h"

#include <filesystem>

#include "channels/facts/sheet_rules.h"
#include "fmt/format.h"
#include "tests/postgres/places.h"
#include "tests/unit/service_testing.h"

namespace wissel::testing {
namespace {

using absl::StatusCode;

constexpr char kCreate[] = "FactSheetService.CreateFactSheet";
constexpr char kUpdate[] = "FactSheetService.UpdateFactSheet";
constexpr char kDelete[] = "FactSheetService.DeleteFactSheet";
constexpr char kName[] = "queues/tax/factSheets/refunds";

rpc::Caller Maya() { return {"users/maya", "", {rpc::Role::kManager}}; }
rpc::Caller Piet() { return {"users/piet", "", {rpc::Role::kPlanner}}; }

class FactSheetsTest : public ::testing::Test {
 protected:
  FactSheetsTest() {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::path(::testing::TempDir()) / (std::string("facts-") + test->name());
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    center_.SetUp();
    OpenRoom();
  }
  ~FactSheetsTest() override {
    room_.reset();
    center_.shard().Stop();
    std::filesystem::remove_all(folder_);
  }

  // The room anew, as after a restart.
  void OpenRoom(std::vector<v1::FactSheet> first = {}) {
    room_.reset();
    auto room = facts::FactSheets::Open(
        center_.shard(),
        {wissel::testing::At((folder_ / "facts.sqlite").string()), std::move(first)});
    ASSERT_TRUE(room.ok()) << room.status();
    room_ = *std::move(room);
    table_ = rpc::MethodTable();
    room_->Register(table_);
  }

  template <class Response>
  Response Must(const std::string& name, const std::string& json,
                const rpc::Caller& caller = Maya()) {
    auto response = CallOn<Response>(table_, name, json, caller);
    EXPECT_TRUE(response.ok()) << name << " " << json << ": " << response.status();
    return response.ok() ? *std::move(response) : Response();
  }
  template <class Response>
  void Refused(const std::string& name, const std::string& json, StatusCode code,
               const std::string& field, const rpc::Caller& caller = Maya()) {
    const auto before = Sheets().SerializeAsString();
    const auto response = CallOn<Response>(table_, name, json, caller);
    EXPECT_EQ(response.status().code(), code) << json << response.status();
    EXPECT_EQ(FieldAtFault(response.status()), field) << json << response.status();
    EXPECT_EQ(Sheets().SerializeAsString(), before) << json;
  }

  static std::string Creation(const std::string& id, const std::string& sheet,
                              const std::string& request = "") {
    return fmt::format(
        R"({{"parent": "queues/tax", "factSheetId": "{}", "factSheet": {}, "requestId": "{}"}})",
        id, sheet, request);
  }
  static std::string Text(const std::string& title, const std::string& more = "") {
    return fmt::format(
        R"({{"texts": [{{"language": "nl", "title": "{}", "text": "Binnen 60 dagen."}}]{}}})",
        title, more);
  }
  v1::FactSheet Make(const std::string& id = "refunds", const std::string& more = "") {
    return Must<v1::FactSheet>(kCreate, Creation(id, Text("Terugbetaling", more)));
  }
  v1::ListFactSheetsResponse Sheets() {
    return Must<v1::ListFactSheetsResponse>("FactSheetService.ListFactSheets",
                                            R"({"parent": "queues/tax"})", Desk("anna"));
  }
  // "3 maya", newest first; a deletion in brackets.
  std::string History() {
    std::string text;
    const auto history = Must<v1::ListFactSheetRevisionsResponse>(
        "FactSheetService.ListFactSheetRevisions", fmt::format(R"({{"name": "{}"}})", kName));
    for (const auto& revision : history.revisions()) {
      const std::string one = revision.fact_sheet().etag() + " " + revision.fact_sheet().updater();
      text += (text.empty() ? "" : ", ") + (revision.deleted() ? "(" + one + ")" : one);
    }
    return text;
  }
  std::string Update(const std::string& title, const std::string& etag,
                     const std::string& request = "") {
    return fmt::format(
        R"({{"factSheet": {{"name": "{}", "etag": "{}", "texts": [
            {{"language": "nl", "title": "{}", "text": "x"}}]}}, "requestId": "{}"}})",
        kName, etag, title, request);
  }

  std::filesystem::path folder_;
  TestCenter center_;
  std::unique_ptr<facts::FactSheets> room_;
  rpc::MethodTable table_;
};

TEST_F(FactSheetsTest, AManagerWritesWhatAgentsRead) {
  const v1::FactSheet made = Make("refunds", R"(, "reviewDate": "2026-03-02")");
  EXPECT_EQ(made.name(), kName);
  EXPECT_EQ(made.updater(), "users/maya");
  EXPECT_EQ(made.update_time().seconds(), kStart.millis() / 1000);
  EXPECT_FALSE(made.stale());
  Make("appeals");
  OpenRoom();
  ASSERT_EQ(Sheets().fact_sheets_size(), 2);
  EXPECT_EQ(Sheets().fact_sheets(0).name(), "queues/tax/factSheets/appeals");
  EXPECT_EQ(Sheets().fact_sheets(1).SerializeAsString(), made.SerializeAsString());
  const auto got = Must<v1::FactSheet>("FactSheetService.GetFactSheet",
                                       fmt::format(R"({{"name": "{}"}})", kName), Desk("anna"));
  EXPECT_EQ(got.texts(0).text(), "Binnen 60 dagen.");
}

// Brussels is an hour ahead: the day is over there at 23:00 UTC.
TEST_F(FactSheetsTest, ASheetIsStaleOnceItsDayIsOverAtTheCenter) {
  Make("refunds", R"(, "reviewDate": "2026-03-02")");
  center_.shard().Advance(Duration::Hours(14) - Duration::Millis(1));
  EXPECT_FALSE(Sheets().fact_sheets(0).stale());
  center_.shard().Advance(Duration::Millis(1));
  EXPECT_TRUE(Sheets().fact_sheets(0).stale());
}

TEST_F(FactSheetsTest, EveryChangeIsOnRecordAndNothingIsLost) {
  Make();
  const auto changed = Must<v1::FactSheet>(kUpdate, Update("Nieuw", "1"), Piet());
  EXPECT_EQ(changed.etag(), "2");
  // Nothing changes: nothing to record.
  EXPECT_EQ(Must<v1::FactSheet>(kUpdate, Update("Nieuw", "2")).etag(), "2");
  Must<v1::DeleteFactSheetResponse>(kDelete, fmt::format(R"({{"name": "{}"}})", kName));
  EXPECT_EQ(Sheets().fact_sheets_size(), 0);
  Refused<v1::FactSheet>(kUpdate, Update("Weer", ""), StatusCode::kNotFound, "factSheet.name");
  Make();
  OpenRoom();
  EXPECT_EQ(History(), "4 users/maya, (3 users/maya), 2 users/piet, 1 users/maya");
  const auto page = Must<v1::ListFactSheetRevisionsResponse>(
      "FactSheetService.ListFactSheetRevisions",
      fmt::format(R"({{"name": "{}", "pageSize": 3}})", kName));
  const auto rest = Must<v1::ListFactSheetRevisionsResponse>(
      "FactSheetService.ListFactSheetRevisions",
      fmt::format(R"({{"name": "{}", "pageSize": 3, "pageToken": "{}"}})", kName,
                  page.next_page_token()));
  ASSERT_EQ(rest.revisions_size(), 1);
  EXPECT_EQ(rest.revisions(0).fact_sheet().texts(0).title(), "Terugbetaling");
  EXPECT_TRUE(rest.next_page_token().empty());
}

TEST_F(FactSheetsTest, WhoChangesAnOldVersionIsToldSo) {
  Make();
  Must<v1::FactSheet>(kUpdate, Update("Van Piet", "1"), Piet());
  Refused<v1::FactSheet>(kUpdate, Update("Van Maya", "1"), StatusCode::kAborted, "factSheet.etag");
  Refused<v1::DeleteFactSheetResponse>(kDelete,
                                       fmt::format(R"({{"name": "{}", "etag": "1"}})", kName),
                                       StatusCode::kAborted, "etag");
  EXPECT_EQ(Must<v1::FactSheet>(kUpdate, Update("Van Maya", "")).etag(), "3");
}

TEST_F(FactSheetsTest, ARequestIsCarriedOutOnceEvenAcrossARestart) {
  const std::string creation = Creation("refunds", Text("Een"), "r1");
  const auto made = Must<v1::FactSheet>(kCreate, creation);
  Must<v1::FactSheet>(kUpdate, Update("Twee", "1", "r2"));
  const std::string deletion = fmt::format(R"({{"name": "{}", "requestId": "r3"}})", kName);
  Must<v1::DeleteFactSheetResponse>(kDelete, deletion);
  OpenRoom();
  EXPECT_EQ(Must<v1::FactSheet>(kCreate, creation).SerializeAsString(), made.SerializeAsString());
  EXPECT_EQ(Must<v1::FactSheet>(kUpdate, Update("Twee", "1", "r2")).etag(), "2");
  Must<v1::DeleteFactSheetResponse>(kDelete, deletion);
  EXPECT_EQ(History(), "(3 users/maya), 2 users/maya, 1 users/maya");
  Refused<v1::FactSheet>(kCreate, Creation("refunds", Text("Anders"), "r1"),
                         StatusCode::kInvalidArgument, "requestId");
  // The id of somebody else is another one.
  Must<v1::FactSheet>(kCreate, creation, Piet());
}

TEST_F(FactSheetsTest, WhatASheetMayNotBeIsRefusedByItsField) {
  const auto bad = [&](const std::string& sheet, const std::string& field) {
    Refused<v1::FactSheet>(kCreate, Creation("refunds", sheet), StatusCode::kInvalidArgument,
                           field);
  };
  const auto with = [](const std::string& language, const std::string& title,
                       const std::string& text) {
    return fmt::format(R"({{"texts": [{{"language": "{}", "title": "{}", "text": "{}"}}]}})",
                       language, title, text);
  };
  bad("{}", "factSheet.texts");
  bad(with("", "t", "x"), "factSheet.texts[0].language");
  bad(with("no language", "t", "x"), "factSheet.texts[0].language");
  bad(with("nl", "  ", "x"), "factSheet.texts[0].title");
  bad(with("nl", "two\\nlines", "x"), "factSheet.texts[0].title");
  bad(with("nl", std::string(101, 't'), "x"), "factSheet.texts[0].title");
  bad(with("nl", "t", " \\n "), "factSheet.texts[0].text");
  bad(with("nl", "t", std::string(8'001, 'x')), "factSheet.texts[0].text");
  bad(with("nl", "t", "a\\u0000b"), "factSheet.texts[0].text");
  bad(R"({"texts": [{"language": "nl", "title": "t", "text": "x"},
                    {"language": "nl", "title": "t", "text": "x"}]})",
      "factSheet.texts[1].language");
  for (const char* day : {"2026-02-30", "tomorrow", "2026-2-1", "2026-03-02T"}) {
    bad(Text("t", fmt::format(R"(, "reviewDate": "{}")", day)), "factSheet.reviewDate");
  }
  for (const char* id : {"", "Refunds", "1st", "a/b", "a b"}) {
    Refused<v1::FactSheet>(kCreate, Creation(id, Text("t")), StatusCode::kInvalidArgument,
                           "factSheetId");
  }
  Refused<v1::FactSheet>("FactSheetService.GetFactSheet", R"({"name": "queues/tax"})",
                         StatusCode::kInvalidArgument, "name");
  Refused<v1::ListFactSheetsResponse>("FactSheetService.ListFactSheets",
                                      R"({"parent": "queues/none"})", StatusCode::kNotFound,
                                      "parent");
  Refused<v1::FactSheet>(kCreate, Creation("refunds", Text("t"), std::string(65, 'r')),
                         StatusCode::kInvalidArgument, "requestId");
  Refused<v1::FactSheet>(kCreate, Creation("refunds", Text("t")), StatusCode::kPermissionDenied, "",
                         Desk("anna"));
}

TEST_F(FactSheetsTest, AQueueHasFewSheetsAndEachIdOnce) {
  Make();
  Refused<v1::FactSheet>(kCreate, Creation("refunds", Text("t")), StatusCode::kAlreadyExists,
                         "factSheetId");
  for (int i = 1; i < facts::kMostSheets; ++i) Make(fmt::format("sheet-{}", i));
  Refused<v1::FactSheet>(kCreate, Creation("one-more", Text("t")), StatusCode::kFailedPrecondition,
                         "parent");
}

TEST_F(FactSheetsTest, SheetsOfADeletedQueueAreOutOfReach) {
  Make();
  center_.Must<google::protobuf::Empty>("ConfigService.DeleteQueue", R"({"name": "queues/tax"})");
  const auto gone = CallOn<v1::FactSheet>(table_, "FactSheetService.GetFactSheet",
                                          fmt::format(R"({{"name": "{}"}})", kName), Desk("anna"));
  EXPECT_TRUE(absl::IsNotFound(gone.status()));
}

TEST_F(FactSheetsTest, WhatTheFileBringsNeverOverwritesWhatPeopleWrote) {
  auto first = FromJson<v1::FactSheet>(Text("Uit het bestand"));
  first.set_name(kName);
  OpenRoom({first});
  EXPECT_EQ(Sheets().fact_sheets(0).updater(), "users/configuration-file");
  Must<v1::FactSheet>(kUpdate, Update("Van Maya", "1"));
  OpenRoom({first});
  EXPECT_EQ(Sheets().fact_sheets(0).texts(0).title(), "Van Maya");
  Must<v1::DeleteFactSheetResponse>(kDelete, fmt::format(R"({{"name": "{}"}})", kName));
  OpenRoom({first});
  EXPECT_EQ(Sheets().fact_sheets_size(), 0);
}

TEST_F(FactSheetsTest, ACallThatComesTooLateIsTold) {
  room_->Stop();
  const auto late = CallOn<v1::ListFactSheetsResponse>(table_, "FactSheetService.ListFactSheets",
                                                       R"({"parent": "queues/tax"})", Maya());
  EXPECT_TRUE(absl::IsUnavailable(late.status()));
}

}  // namespace
}  // namespace wissel::testing

// The forms channel at its doors: what is sent becomes an item and a contact, once.
#include "channels/forms/forms.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>
#include <future>

#include "tests/forms/complaint.h"
#include "tests/unit/service_testing.h"

namespace wissel::testing {
namespace {

using absl::StatusCode;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kSubmit[] = "FormService.SubmitForm";
constexpr char kGood[] = R"({"form": "forms/complaint", "language": "nl", "requestId": "r1",
    "fields": [{"name": "topic", "value": "late"}, {"name": "what", "value": "<b>my file</b>"}]})";

class FormsTest : public ::testing::Test {
 protected:
  FormsTest() {
    center_.SetUp();
    store_ = *contacts::ContactStore::Open(std::nullopt);
    const auto folder = std::filesystem::path(std::getenv("WISSEL_SOURCE_DIR")) / "web/customer";
    forms::FormOptions options;
    options.forms = {forms::Complaint()};
    options.pages = *pages::PageSet::Load(folder, "Europe/Brussels");
    options.region = "BE";
    channel_ = *forms::FormChannel::Open(center_.shard(), *store_, std::move(options));
    channel_->Register(table_);
    channel_->Start();
  }
  ~FormsTest() override {
    store_->Close();
    center_.shard().Stop();
  }

  template <class Response>
  absl::StatusOr<Response> Call(const std::string& name, const std::string& json) {
    return CallOn<Response>(table_, name, json, {});
  }
  v1::SubmitFormResponse Submit(const std::string& json = kGood) {
    auto response = Call<v1::SubmitFormResponse>(kSubmit, json);
    EXPECT_TRUE(response.ok()) << response.status();
    return response.ok() ? *response : v1::SubmitFormResponse();
  }
  void Refused(const std::string& json, StatusCode code, const std::string& field) {
    const size_t events = center_.shard().events().size();
    const auto response = Call<v1::SubmitFormResponse>(kSubmit, json);
    EXPECT_EQ(response.status().code(), code) << response.status();
    EXPECT_EQ(FieldAtFault(response.status()), field);
    EXPECT_EQ(center_.shard().events().size(), events);
  }
  v1::Page Page(const std::string& json) {
    auto page = Call<v1::Page>("FormService.ShowForm", json);
    EXPECT_TRUE(page.ok()) << page.status();
    return page.ok() ? *page : v1::Page();
  }
  v1::WorkItem Item(const std::string& reference) {
    return center_.Must<v1::WorkItem>("WorkService.GetWorkItem",
                                      R"({"name": "workItems/)" + reference + "\"}");
  }
  std::optional<contacts::Contact> Stored(const std::string& name) {
    std::promise<std::optional<contacts::Contact>> loaded;
    store_->Load(name, [&](const absl::StatusOr<std::optional<contacts::Contact>>& contact) {
      loaded.set_value(contact.ok() ? *contact : std::nullopt);
    });
    return loaded.get_future().get();
  }

  TestCenter center_;
  rpc::MethodTable table_;
  std::unique_ptr<contacts::ContactStore> store_;
  std::unique_ptr<forms::FormChannel> channel_;
};

TEST_F(FormsTest, WhatIsSentBecomesAnItemWithItsFields) {
  const auto sent = Submit();
  const v1::WorkItem item = Item(sent.reference());
  EXPECT_EQ(item.queue(), "queues/tax");
  EXPECT_EQ(item.channel(), v1::FORM);
  ASSERT_TRUE(contacts::IsContactName(item.contact())) << item.contact();
  const auto contact = Stored(item.contact());
  ASSERT_TRUE(contact.has_value());
  EXPECT_EQ(contact->customer, item.customer());
  EXPECT_EQ(contact->subject, "Een klacht");
  ASSERT_EQ(contact->fields.size(), 2u);
  EXPECT_EQ(contact->fields[0].value, "Too late") << "as people read it";
  EXPECT_EQ(contact->fields[1].name, "Wat");
  EXPECT_EQ(contact->fields[1].value, "<b>my file</b>");
  EXPECT_TRUE(store_->IsTrackingToken(sent.tracking_token(), item.contact()));
}

// As if the process had ended between the item's end and the contact's.
TEST_F(FormsTest, WhatHasEndedUnseenIsOverAfterTheNextStart) {
  const std::string reference = Submit().reference();
  const std::string contact = Item(reference).contact();
  center_.Must<v1::WorkItem>("WorkService.CancelWorkItem",
                             R"({"name": "workItems/)" + reference + R"(", "cause": "WITHDRAWN"})");
  ASSERT_TRUE(Stored(contact)->ended.has_value());
  store_->SetItem(contact, ItemId(std::stoull(reference)));
  ASSERT_FALSE(Stored(contact)->ended.has_value());
  channel_->Start();
  Stored(contact);  // by then the living ones have been looked at
  EXPECT_TRUE(Stored(contact)->ended.has_value());
}

TEST_F(FormsTest, ARepetitionIsTheSameForm) {
  const auto first = Submit();
  const auto again = Submit();
  EXPECT_EQ(again.reference(), first.reference());
  EXPECT_EQ(again.tracking_token(), first.tracking_token());
  std::string other = kGood;
  other.replace(other.find("late"), 4, "rude");
  Refused(other, StatusCode::kInvalidArgument, "requestId");
}

TEST_F(FormsTest, WhatIsWrongIsNamedAndChangesNothing) {
  Refused(R"({"form": "forms/none"})", StatusCode::kNotFound, "form");
  Refused(R"({"form": "forms/complaint"})", StatusCode::kInvalidArgument, "fields.topic");
  Refused(R"({"form": "forms/complaint", "fields": [{"name": "shoe", "value": "43"}]})",
          StatusCode::kInvalidArgument, "fields");
  Refused(R"({"form": "forms/complaint", "language": "dutch"})", StatusCode::kInvalidArgument,
          "language");
}

TEST_F(FormsTest, ClosedIsSaidAndNothingIsKept) {
  center_.Must<v1::Queue>("ConfigService.UpdateQueue",
                          R"({"queue": {"name": "queues/tax", "hours": {"closedAction":
                              {"kind": "REFUSE", "message": "we are closed"}}},
                              "updateMask": "hours"})");
  Refused(kGood, StatusCode::kFailedPrecondition, "workItem.queue");
  const v1::Page page = Page(R"({"path": "complaint", "posted": true, "form": [
      {"name": "topic", "value": "late"}, {"name": "what", "value": "my file"}]})");
  EXPECT_EQ(page.status(), 409);
  EXPECT_THAT(page.content(), HasSubstr("the service is closed"));
  EXPECT_THAT(page.content(), HasSubstr("my file")) << "what was typed is not lost";
}

TEST_F(FormsTest, OneAddressCannotFlood) {
  for (int i = 0; i < 6; ++i) {
    std::string json = kGood;
    json.replace(json.find("r1"), 2, "r" + std::to_string(i));
    Submit(json);
  }
  std::string json = kGood;
  json.replace(json.find("r1"), 2, "r9");
  Refused(json, StatusCode::kResourceExhausted, "");
  center_.shard().Advance(Duration::Minutes(1));
  Item("1");  // behind what Advance does
  Submit(json);
}

TEST_F(FormsTest, ThePageWorksWithoutScript) {
  const v1::Page empty = Page(R"({"path": "complaint", "acceptLanguage": "nl-BE"})");
  EXPECT_EQ(empty.status(), 0);
  EXPECT_THAT(empty.content(), HasSubstr("<h1>Een klacht</h1>"));
  EXPECT_THAT(empty.content(), HasSubstr("us &lt;what&gt; went"));
  EXPECT_THAT(empty.content(), HasSubstr("lang=\"nl\""));
  EXPECT_THAT(empty.content(), Not(HasSubstr("<script")));

  const v1::Page lines = Page(R"({"path": "complaint", "posted": true, "form": [
      {"name": "topic", "value": ""}, {"name": "what", "value": "one\n<two>"}]})");
  EXPECT_THAT(lines.content(), HasSubstr(">one\n&lt;two&gt;</textarea>")) << "in its lines";
  const v1::Page wrong = Page(R"({"path": "complaint", "posted": true, "form": [
      {"name": "topic", "value": "late"}, {"name": "mail", "value": "\"><script>"}]})");
  EXPECT_EQ(wrong.status(), 422);
  EXPECT_THAT(wrong.content(), HasSubstr("2 things"));
  EXPECT_THAT(wrong.content(), HasSubstr("href=\"#field-what\""));
  EXPECT_THAT(wrong.content(), Not(HasSubstr("<script")));
  EXPECT_THAT(wrong.content(), HasSubstr("value=\"late\" selected"));

  const v1::Page sent = Page(R"({"path": "complaint", "posted": true,
      "query": [{"name": "lang", "value": "nl"}], "form": [
      {"name": "requestId", "value": "p1"}, {"name": "topic", "value": "late"},
      {"name": "what", "value": "my file"}]})");
  ASSERT_THAT(sent.location(), ::testing::MatchesRegex("/track/[A-Za-z0-9_-]{22}\\?lang=nl"));
  EXPECT_EQ(Page(R"({"path": "unknown"})").status(), 404);
}

// Back in the browser, changed, and sent again.
TEST_F(FormsTest, AFormThatIsChangedAfterwardsIsAskedAbout) {
  const auto send = [&](const std::string& request, const std::string& what) {
    return Page(R"({"path": "complaint", "posted": true, "form": [
        {"name": "requestId", "value": ")" +
                request + R"("}, {"name": "topic", "value": "late"},
        {"name": "what", "value": ")" +
                what + R"("}]})");
  };
  EXPECT_THAT(send("p1", "my file").location(), HasSubstr("/track/"));
  const v1::Page changed = send("p1", "my other file");
  EXPECT_EQ(changed.status(), 409);
  EXPECT_THAT(changed.content(), HasSubstr("sent this form before"));
  EXPECT_THAT(changed.content(), HasSubstr("my other file"));
  EXPECT_THAT(changed.content(), Not(HasSubstr("value=\"p1\"")));
}

// Who fills in what no person sees learns nothing, and nobody is asked to read it.
TEST_F(FormsTest, MachinesFallIntoTheTrap) {
  const size_t events = center_.shard().events().size();
  const v1::Page page = Page(R"({"path": "complaint", "posted": true, "form": [
      {"name": "website", "value": "spam.example"}, {"name": "topic", "value": "late"},
      {"name": "what", "value": "buy"}]})");
  EXPECT_THAT(page.location(), HasSubstr("/track/"));
  EXPECT_EQ(center_.shard().events().size(), events);
}

}  // namespace
}  // namespace wissel::testing

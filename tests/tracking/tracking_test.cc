// A customer follows a form that they sent.
#include "channels/tracking/tracking.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>

#include "channels/forms/forms.h"
#include "tests/forms/complaint.h"
#include "tests/unit/service_testing.h"
#include "wissel/v1/tracking.pb.h"

namespace wissel::testing {
namespace {

using absl::StatusCode;
using ::testing::HasSubstr;
using ::testing::Not;
using v1::Tracking;

class TrackingTest : public ::testing::Test {
 protected:
  TrackingTest() {
    center_.SetUp();
    center_.Must<v1::RoutingProfile>("ConfigService.UpdateRoutingProfile",
                                     R"({"routingProfile": {"name": "routingProfiles/chat",
            "channels": [{"channel": "FORM", "limit": 1, "cost": 50}]}, "updateMask": "channels"})");
    center_.Must<v1::Queue>("ConfigService.UpdateQueue",
                            R"({"queue": {"name": "queues/tax", "longestPause": "7200s",
            "displayName": "Taxes", "channel": "FORM"}, "updateMask": "longestPause,displayName,channel"})");
    store_ = *contacts::ContactStore::Open(std::nullopt);
    const auto folder = std::filesystem::path(std::getenv("WISSEL_SOURCE_DIR")) / "web/customer";
    auto pages = *pages::PageSet::Load(folder, "Europe/Brussels");
    channel_ = *forms::FormChannel::Open(
        center_.shard(), *store_, {.forms = {forms::Complaint()}, .pages = pages, .region = "BE"});
    tracker_.emplace(center_.shard(), *store_,
                     tracking::TrackingOptions{.pages = pages, .waits = &center_.waits()});
    channel_->Register(table_);
    tracker_->Register(table_);
  }
  ~TrackingTest() override {
    store_->Close();
    center_.shard().Stop();
  }

  template <class Response>
  absl::StatusOr<Response> Call(const std::string& name, const std::string& json) {
    return CallOn<Response>(table_, name, json, {});
  }
  std::string Send() {
    const auto sent = Call<v1::SubmitFormResponse>("FormService.SubmitForm",
                                                   R"({"form": "forms/complaint", "fields": [
        {"name": "topic", "value": "late"}, {"name": "what", "value": "my file"}]})");
    EXPECT_TRUE(sent.ok()) << sent.status();
    return sent.ok() ? sent->tracking_token() : "";
  }
  Tracking Ask(const std::string& method, const std::string& token, const std::string& more = "") {
    const auto told =
        Call<Tracking>("TrackingService." + method, R"({"token": ")" + token + "\"" + more + "}");
    EXPECT_TRUE(told.ok()) << told.status();
    return told.ok() ? *told : Tracking();
  }
  absl::Status Refusal(const std::string& method, const std::string& token,
                       const std::string& more = "") {
    return Call<Tracking>("TrackingService." + method, R"({"token": ")" + token + "\"" + more + "}")
        .status();
  }
  v1::Page Page(const std::string& json) {
    auto page = Call<v1::Page>("TrackingService.ShowTracking", json);
    EXPECT_TRUE(page.ok()) << page.status();
    return page.ok() ? *page : v1::Page();
  }
  void Answer() {
    const v1::AgentState state = center_.StateOf("anna");
    ASSERT_EQ(state.offers_size(), 1);
    const auto accepted = center_.Must<v1::AgentState>(
        "AgentService.AcceptOffer", R"({"name": ")" + state.offers(0).name() + "\"}", Desk("anna"));
    ASSERT_EQ(accepted.assignments_size(), 1);
    assignment_ = accepted.assignments(0).name();
  }

  TestCenter center_;
  rpc::MethodTable table_;
  std::unique_ptr<contacts::ContactStore> store_;
  std::unique_ptr<forms::FormChannel> channel_;
  std::optional<tracking::Tracker> tracker_;
  std::string assignment_;
};

TEST_F(TrackingTest, ItIsFollowedToItsEndAndTakenUpAgain) {
  const std::string token = Send();
  const Tracking received = Ask("GetTracking", token);
  EXPECT_EQ(received.stage(), Tracking::RECEIVED);
  EXPECT_EQ(received.place(), 1);
  EXPECT_EQ(received.service(), "Taxes");
  EXPECT_EQ(received.subject(), "A complaint");
  EXPECT_EQ(received.promise_time().seconds() - received.receive_time().seconds(), 60);
  EXPECT_TRUE(received.may_cancel());

  const Tracking written = Ask("AddTrackingMessage", token, R"(, "text": "and <b>more</b>")");
  ASSERT_EQ(written.messages_size(), 1);
  EXPECT_EQ(written.messages(0).text(), "and <b>more</b>");
  EXPECT_EQ(written.reference(), received.reference()) << "it joins what waits";

  center_.Available("anna");
  Answer();
  const Tracking in_hand = Ask("GetTracking", token);
  EXPECT_EQ(in_hand.stage(), Tracking::IN_HAND);
  EXPECT_FALSE(in_hand.may_cancel());
  EXPECT_EQ(FieldAtFault(Refusal("CancelTracking", token)), "token");

  center_.Must<v1::AgentState>("AgentService.CompleteAssignment",
                               R"({"name": ")" + assignment_ + R"(", "reasonCodes": ["solved"]})",
                               Desk("anna"));
  EXPECT_EQ(Ask("GetTracking", token).stage(), Tracking::ANSWERED);

  const std::string more = R"(, "text": "but no", "requestId": "again")";
  const Tracking again = Ask("AddTrackingMessage", token, more);
  EXPECT_NE(again.reference(), received.reference());
  EXPECT_EQ(Ask("AddTrackingMessage", token, more).reference(), again.reference()) << "once";
  const auto item = center_.Must<v1::WorkItem>(
      "WorkService.GetWorkItem", R"({"name": "workItems/)" + again.reference() + "\"}");
  ASSERT_EQ(item.preferred_agents_size(), 1);
  EXPECT_EQ(item.preferred_agents(0).agent(), "agents/anna");
}

TEST_F(TrackingTest, NotNowAndGoOn) {
  const std::string token = Send();
  EXPECT_TRUE(Ask("GetTracking", token).may_pause());
  const Tracking paused = Ask("PauseTracking", token);
  EXPECT_EQ(paused.stage(), Tracking::PAUSED);
  EXPECT_TRUE(paused.has_from_time());
  EXPECT_EQ(Refusal("PauseTracking", token).code(), StatusCode::kFailedPrecondition);
  EXPECT_EQ(Ask("ResumeTracking", token).stage(), Tracking::RECEIVED);
  EXPECT_EQ(Ask("CancelTracking", token).stage(), Tracking::CANCELLED);
  EXPECT_EQ(Refusal("ResumeTracking", token).code(), StatusCode::kFailedPrecondition);
}

TEST_F(TrackingTest, OnlyTheTokenOpensIt) {
  const std::string token = Send();
  std::string other = token;
  other[0] = other[0] == 'A' ? 'B' : 'A';
  for (const std::string& wrong : {other, std::string("short"), std::string()}) {
    EXPECT_EQ(Refusal("GetTracking", wrong).code(), StatusCode::kNotFound);
    EXPECT_EQ(Refusal("CancelTracking", wrong).code(), StatusCode::kNotFound);
  }
  EXPECT_EQ(FieldAtFault(Refusal("AddTrackingMessage", token, R"(, "text": "")")), "text");
}

TEST_F(TrackingTest, ThePageWorksWithoutScript) {
  const std::string token = Send();
  const auto show = [&](const std::string& more) {
    return Page(R"({"path": ")" + token + "\"" + more + "}");
  };
  const v1::Page page = show(R"(, "acceptLanguage": "nl")");
  EXPECT_THAT(page.content(), HasSubstr("wacht op zijn beurt"));
  EXPECT_THAT(page.content(), HasSubstr("U bent als eerste aan de beurt"));
  EXPECT_THAT(page.content(), Not(HasSubstr("<script")));

  const v1::Page posted = show(R"(, "posted": true, "form": [
      {"name": "do", "value": "message"}, {"name": "text", "value": "<script>x</script>"}])");
  EXPECT_EQ(posted.location(), "/track/" + token + "?lang=en&done=message");
  const v1::Page after = show(R"(, "query": [{"name": "done", "value": "message"}])");
  EXPECT_THAT(after.content(), HasSubstr("has been added"));
  EXPECT_THAT(after.content(), HasSubstr("&lt;script&gt;x"));

  EXPECT_THAT(show(R"(, "posted": true, "form": [{"name": "do", "value": "pause"}])").location(),
              HasSubstr("done=pause"));
  EXPECT_THAT(show("").content(), HasSubstr("Paused, as you asked"));
  EXPECT_THAT(show(R"(, "posted": true, "form": [{"name": "do", "value": "pause"}])").location(),
              HasSubstr("done=refused"));
  EXPECT_EQ(Page(R"({"path": "nothing"})").status(), 404);
}

}  // namespace
}  // namespace wissel::testing

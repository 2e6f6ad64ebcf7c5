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
                     tracking::TrackingOptions{.pages = pages,
                                               .waits = &center_.waits(),
                                               .region = "BE",
                                               .follow_up_queue = "complaints"});
    channel_->Register(table_);
    tracker_->Register(table_);
  }
  ~TrackingTest() override {
    store_->Close();
    center_.shard().Stop();
  }

  template <class Response>
  absl::StatusOr<Response> Call(const std::string& name, const std::string& json,
                                const rpc::Caller& caller = {}) {
    return CallOn<Response>(table_, name, json, caller);
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

  void Complete() {
    center_.Must<v1::AgentState>("AgentService.CompleteAssignment",
                                 R"({"name": ")" + assignment_ + R"(", "reasonCodes": ["solved"]})",
                                 Desk("anna"));
  }
  v1::WorkItem Item(const std::string& reference) {
    return center_.Must<v1::WorkItem>("WorkService.GetWorkItem",
                                      R"({"name": "workItems/)" + reference + "\"}");
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

  Complete();
  EXPECT_EQ(Ask("GetTracking", token).stage(), Tracking::ANSWERED);

  const std::string more = R"(, "text": "but no", "requestId": "again")";
  const Tracking again = Ask("AddTrackingMessage", token, more);
  EXPECT_NE(again.reference(), received.reference());
  EXPECT_EQ(Ask("AddTrackingMessage", token, more).reference(), again.reference()) << "once";
  const v1::WorkItem item = Item(again.reference());
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

TEST_F(TrackingTest, WhoHasItAnswersAndNobodyElse) {
  const std::string token = Send();
  const auto answer = [&](const std::string& text, const rpc::Caller& caller) {
    const std::string item = "workItems/" + Ask("GetTracking", token).reference();
    return Call<v1::ContactEntry>(
               "FormService.AnswerForm",
               R"({"requestId": "a", "workItem": ")" + item + R"(", "text": ")" + text + "\"}",
               caller)
        .status();
  };
  EXPECT_EQ(answer("early", Desk("anna")).code(), StatusCode::kPermissionDenied);
  center_.Available("anna");
  Answer();
  EXPECT_EQ(answer("mine", Desk("ben")).code(), StatusCode::kPermissionDenied);
  EXPECT_EQ(FieldAtFault(answer("", Desk("anna"))), "text");
  EXPECT_TRUE(answer("It is <done>.", Desk("anna")).ok());
  EXPECT_TRUE(answer("It is <done>.", Desk("anna")).ok()) << "once more";
  const Tracking told = Ask("GetTracking", token);
  ASSERT_EQ(told.messages_size(), 1);
  EXPECT_FALSE(told.messages(0).from_customer());
  EXPECT_EQ(told.messages(0).text(), "It is <done>.");
}

TEST_F(TrackingTest, WhoIsNotSatisfiedIsCalledOnce) {
  center_.Must<v1::Queue>("ConfigService.CreateQueue",
                          R"({"queueId": "complaints", "queue": {"channel": "CALLBACK",
                              "answerWithin": "3600s"}})");
  const std::string token = Send();
  EXPECT_EQ(Refusal("RateTracking", token, R"(, "score": 4)").code(),
            StatusCode::kFailedPrecondition);
  center_.Available("anna");
  Answer();
  Complete();
  const Tracking answered = Ask("GetTracking", token);
  EXPECT_TRUE(answered.may_rate());
  EXPECT_EQ(FieldAtFault(Refusal("RateTracking", token, R"(, "score": 6)")), "score");

  const std::string low = R"(, "score": 1, "text": "nobody read it")";
  const Tracking rated = Ask("RateTracking", token, low);
  EXPECT_NE(rated.reference(), answered.reference());
  const v1::WorkItem follow_up = Item(rated.reference());
  EXPECT_EQ(follow_up.queue(), "queues/complaints");
  EXPECT_EQ(follow_up.channel(), v1::CALLBACK);
  EXPECT_EQ(follow_up.contact(), Item(answered.reference()).contact());
  EXPECT_EQ(rated.messages(0).text(), "nobody read it");
  EXPECT_FALSE(rated.may_rate());
}

TEST_F(TrackingTest, WhoIsSatisfiedSaysSoOnce) {
  const std::string token = Send();
  center_.Available("anna");
  Answer();
  Complete();
  const auto show = [&](const std::string& more) {
    return Page(R"({"path": ")" + token + R"(", "acceptLanguage": "nl")" + more + "}");
  };
  EXPECT_THAT(show("").content(), HasSubstr("Hoe tevreden bent u"));
  const v1::Page sent = show(R"(, "posted": true, "form": [
      {"name": "do", "value": "rate"}, {"name": "score", "value": "5"}])");
  EXPECT_THAT(sent.location(), HasSubstr("done=rate"));
  EXPECT_THAT(show("").content(), HasSubstr("U gaf 5 op 5"));
  EXPECT_THAT(show("").content(), Not(HasSubstr("Hoe tevreden bent u")));
  const Tracking rated = Ask("RateTracking", token, R"(, "score": 5)");
  EXPECT_EQ(rated.rating(), 5) << "the same again is the same";
  EXPECT_EQ(Refusal("RateTracking", token, R"(, "score": 4)").code(), StatusCode::kInvalidArgument);
}

TEST_F(TrackingTest, WhoWouldRatherBeCalledKeepsTheirPlace) {
  const std::string token = Send();
  EXPECT_EQ(Refusal("RequestTrackingCallback", token, R"(, "number": "0470 12 34 56")").code(),
            StatusCode::kFailedPrecondition)
      << "the queue calls nobody";
  center_.Must<v1::Queue>("ConfigService.UpdateQueue",
                          R"({"queue": {"name": "queues/tax", "retry": {"attempts": 2}},
                              "updateMask": "retry"})");
  center_.shard().Advance(Duration::Seconds(10));
  const std::string second = Send();
  const Tracking waits = Ask("GetTracking", token);
  EXPECT_TRUE(waits.may_ask_callback());
  EXPECT_EQ(FieldAtFault(Refusal("RequestTrackingCallback", token, R"(, "number": "12")")),
            "number");

  const std::string wish = R"(, "number": "0470 12 34 56", "requestId": "c")";
  const Tracking called = Ask("RequestTrackingCallback", token, wish);
  EXPECT_NE(called.reference(), waits.reference());
  EXPECT_EQ(called.place(), 1);
  EXPECT_EQ(Ask("GetTracking", second).place(), 2);
  EXPECT_EQ(called.messages(0).text(), "+32470123456");
  EXPECT_EQ(Item(called.reference()).channel(), v1::CALLBACK);
  EXPECT_EQ(Item(waits.reference()).state(), v1::WorkItem::MERGED);
  EXPECT_EQ(Ask("RequestTrackingCallback", token, wish).reference(), called.reference()) << "once";
  EXPECT_EQ(called.stage(), Tracking::RECEIVED);
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

TEST_F(TrackingTest, WhatWasWrittenInLinesStaysInLines) {
  const std::string token = Send();
  Ask("AddTrackingMessage", token, R"(, "text": "First:\n\n<b>one</b>\ntwo")");
  EXPECT_THAT(Page(R"({"path": ")" + token + "\"}").content(),
              HasSubstr("First:\n\n&lt;b&gt;one&lt;/b&gt;\ntwo"));
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

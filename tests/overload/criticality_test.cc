// Each method of the contract stands in the table of criticality, and what stands there exists.
#include "gateway/criticality.h"

#include "google/protobuf/descriptor.h"
#include "gtest/gtest.h"
#include "wissel/v1/agent.pb.h"
#include "wissel/v1/audit.pb.h"
#include "wissel/v1/auth.pb.h"
#include "wissel/v1/chat.pb.h"
#include "wissel/v1/config.pb.h"
#include "wissel/v1/contact.pb.h"
#include "wissel/v1/event.pb.h"
#include "wissel/v1/live.pb.h"
#include "wissel/v1/mail.pb.h"
#include "wissel/v1/surge.pb.h"
#include "wissel/v1/voice.pb.h"
#include "wissel/v1/work.pb.h"

namespace wissel::gateway {
namespace {

TEST(Criticality, NamesEveryMethod) {
  const google::protobuf::FileDescriptor* files[] = {
      v1::AgentState::descriptor()->file(),
      v1::ListAuditEntriesRequest::descriptor()->file(),
      v1::SignInUserRequest::descriptor()->file(),
      v1::StartChatRequest::descriptor()->file(),
      v1::Skill::descriptor()->file(),
      v1::GetContactRequest::descriptor()->file(),
      v1::StreamEventsRequest::descriptor()->file(),
      v1::GetLiveRequest::descriptor()->file(),
      v1::SendMailReplyRequest::descriptor()->file(),
      v1::SetQueueSurgeRequest::descriptor()->file(),
      v1::HangUpRequest::descriptor()->file(),
      v1::WorkItem::descriptor()->file()};
  for (const auto* file : files) {
    for (int s = 0; s < file->service_count(); ++s) {
      for (int m = 0; m < file->service(s)->method_count(); ++m) {
        const std::string& name = file->service(s)->method(m)->full_name();
        EXPECT_TRUE(HasCriticality(name)) << name;
      }
    }
  }
}

TEST(Criticality, TheLongestPatternDecides) {
  EXPECT_EQ(CriticalityOf("wissel.v1.AgentService.AcceptOffer"), Criticality::kHeld);
  EXPECT_EQ(CriticalityOf("wissel.v1.AgentService.CompleteAssignment"), Criticality::kHeld);
  EXPECT_EQ(CriticalityOf("wissel.v1.AgentService.Heartbeat"), Criticality::kHeld);
  EXPECT_EQ(CriticalityOf("wissel.v1.AgentService.ExplainAgent"), Criticality::kViewing);
  EXPECT_EQ(CriticalityOf("wissel.v1.WorkService.CancelWorkItem"), Criticality::kHeld);
  EXPECT_EQ(CriticalityOf("wissel.v1.WorkService.CreateWorkItem"), Criticality::kWaiting);
  EXPECT_EQ(CriticalityOf("wissel.v1.CustomerChatService.StartChat"), Criticality::kWaiting);
  EXPECT_EQ(CriticalityOf("wissel.v1.VoiceService.HangUp"), Criticality::kHeld);
  EXPECT_EQ(CriticalityOf("wissel.v1.LiveService.WatchLive"), Criticality::kViewing);
}

}  // namespace
}  // namespace wissel::gateway

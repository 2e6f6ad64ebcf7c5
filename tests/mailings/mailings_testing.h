// The small center of service_testing.h with mailings, the mail channel that sends them and the
// marks that they ask, over a real contact store and real files, which a test may open anew. The
// mail server is the test.
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "channels/email/mail_channel.h"
#include "channels/email/mime/read_mail.h"
#include "channels/mailings/mailings.h"
#include "channels/outbound/outbound.h"
#include "fmt/format.h"
#include "tests/unit/service_testing.h"
#include "wissel/v1/do_not_contact.pb.h"
#include "wissel/v1/mailing.pb.h"
#include "wissel/v1/page.pb.h"

namespace wissel::testing {

// Our addresses are tax@example.org and info@example.org, of the queue "mail".
class MailingsCenter : public ::testing::Test {
 protected:
  MailingsCenter();
  ~MailingsCenter() override;

  // The rooms anew, as after a restart: the files have what they had.
  void OpenRooms();
  void CloseRooms();
  void Settle();
  void Advance(Duration by);

  template <class Response>
  absl::StatusOr<Response> Call(const std::string& name, const std::string& json,
                                const rpc::Caller& caller = With(rpc::Role::kPlanner)) {
    auto response = CallOn<Response>(table_, name, json, caller);
    Settle();
    return response;
  }
  template <class Response>
  Response Must(const std::string& name, const std::string& json,
                const rpc::Caller& caller = With(rpc::Role::kPlanner)) {
    auto response = Call<Response>(name, json, caller);
    EXPECT_TRUE(response.ok()) << name << " " << json << ": " << response.status();
    return response.ok() ? *std::move(response) : Response();
  }
  template <class Response>
  void Refused(const std::string& name, const std::string& json, absl::StatusCode code,
               const std::string& field) {
    const auto response = Call<Response>(name, json);
    EXPECT_EQ(response.status().code(), code) << name << json << response.status();
    EXPECT_EQ(FieldAtFault(response.status()), field) << json << response.status();
  }

  // The mailing "due" with the fields `name` and `reference`; texts in Dutch and English.
  v1::Mailing Make(int rate = 60);
  v1::Mailing Change(const std::string& verb);  // "Start"
  v1::Mailing Mailing();
  // "PENDING 2, SENT 1".
  std::string Counts();
  v1::AddMailingRecipientsResponse Add(const std::string& recipients, bool validate_only = false);
  // p1@example.net ... , with a name and a reference each.
  static std::string Person(int number, const std::string& more = "");
  void AddPeople(int people);
  v1::MailingPreview Preview(int number);

  // What the mail server has been given, oldest first; each as it answers.
  struct Taken {
    email::Mail mail;
    std::string bytes;
    std::vector<std::string> to;
    std::string from;
  };
  std::vector<Taken> taken();
  size_t mails() { return taken().size(); }
  // It answers with this from now on; none: it says nothing until Answer is called.
  void ServerSays(std::optional<email::SendResult> result);
  void Answer(email::SendResult result);
  static email::SendResult Ok() { return {email::SendResult::Kind::kSent, 250, ""}; }

  // As a mail server delivers it.
  int Deliver(const std::string& bytes, const std::string& to, const std::string& from);
  std::vector<Item> Items();

  std::filesystem::path folder_;
  TestCenter center_;
  std::unique_ptr<contacts::ContactStore> store_;
  std::unique_ptr<email::MailChannel> mail_;
  std::unique_ptr<outbound::Outbound> outbound_;
  std::unique_ptr<mailings::Mailings> mailings_;
  rpc::MethodTable table_;
  bool can_send_ = true;
  std::string public_url_ = "https://wissel.example.org";

 private:
  std::mutex mutex_;
  std::vector<email::Envelope> envelopes_;
  std::deque<email::SmtpSender::Done> waiting_;
  std::optional<email::SendResult> result_ = Ok();
};

}  // namespace wissel::testing

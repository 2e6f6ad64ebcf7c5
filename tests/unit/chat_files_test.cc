// Files in conversations: sent in pieces by either side, read by who may, on record, and erased.
#include <filesystem>
#include <fstream>
#include <future>

#include "absl/strings/escaping.h"
#include "channels/chat/uploads.h"
#include "tests/unit/chat_testing.h"

namespace wissel::testing {
namespace {

using Code = absl::StatusCode;

// Not in any file in the open, nor after it is erased.
constexpr char kCanary[] = "%PDF-1.7 the canary sings in the mine";

class ChatFiles : public ChatCenter {
 protected:
  static std::string PieceJson(const std::string& name, const std::string& bytes,
                               const std::string& upload, size_t size, size_t offset) {
    return fmt::format(
        R"("piece": {{"upload": "{}", "fileName": "{}", "sizeBytes": {}, "offset": {},
           "content": "{}"}})",
        upload, name, size, offset, absl::Base64Escape(bytes));
  }
  absl::StatusOr<v1::UploadChatFileResponse> SendFile(const v1::StartChatResponse& chat,
                                                      const std::string& name,
                                                      const std::string& bytes,
                                                      const std::string& upload) {
    return Call<v1::UploadChatFileResponse>(
        "CustomerChatService.UploadCustomerFile",
        Key(chat, ", " + PieceJson(name, bytes, upload, bytes.size(), 0)));
  }
  absl::StatusOr<v1::UploadChatFileResponse> SendFileAs(const std::string& agent,
                                                        const std::string& item,
                                                        const std::string& name,
                                                        const std::string& bytes,
                                                        const std::string& upload) {
    return Call<v1::UploadChatFileResponse>(
        "ChatService.UploadChatFile",
        fmt::format(R"({{"workItem": "{}", {}}})", item,
                    PieceJson(name, bytes, upload, bytes.size(), 0)),
        Desk(agent));
  }
  absl::StatusOr<v1::ChatFileBytes> Read(const v1::StartChatResponse& chat, const std::string& file,
                                         int64_t offset = 0) {
    return Call<v1::ChatFileBytes>(
        "CustomerChatService.DownloadCustomerFile",
        Key(chat, fmt::format(R"(, "file": "{}", "offset": {})", file, offset)));
  }
  absl::StatusOr<v1::ChatFileBytes> ReadAs(const rpc::Caller& caller, const std::string& item,
                                           const std::string& file) {
    return Call<v1::ChatFileBytes>("ChatService.DownloadChatFile",
                                   fmt::format(R"({{"workItem": "{}", "file": "{}"}})", item, file),
                                   caller);
  }
  size_t Reads() {
    std::promise<size_t> reads;
    store_->ListActions("", 0, 100, [&](absl::StatusOr<std::vector<contacts::Action>> actions) {
      reads.set_value(actions.value().size());
    });
    return reads.get_future().get();
  }
  bool AnyFileHas(std::string_view text) {
    for (const auto& file : std::filesystem::recursive_directory_iterator(folder_)) {
      std::ifstream in(file.path(), std::ios::binary);
      const std::string bytes((std::istreambuf_iterator<char>(in)), {});
      if (bytes.find(text) != std::string::npos) return true;
    }
    return false;
  }
};

TEST_F(ChatFiles, EachSideSendsAndTheOtherSavesIt) {
  const auto chat = StartChat();
  auto page = Watch(chat);
  EXPECT_EQ(page->last().file_rules().largest_bytes(), 5 << 20);
  EXPECT_GT(page->last().file_rules().endings_size(), 5);
  center_.Available("anna");
  const std::string item = Accept("anna");
  auto desk = WatchAs(Desk("anna"), item);

  const auto sent = SendFile(chat, "letter.pdf", kCanary, "u1");
  ASSERT_TRUE(sent.ok()) << sent.status();
  ASSERT_EQ(sent->message().files_size(), 1);
  const v1::ChatFile& file = sent->message().files(0);
  EXPECT_EQ(file.file_name(), "letter.pdf");
  EXPECT_EQ(file.media_type(), "application/pdf");
  EXPECT_EQ(file.size_bytes(), static_cast<int64_t>(sizeof kCanary - 1));
  EXPECT_EQ(sent->message().text(), "");
  ASSERT_EQ(desk->last().messages_size(), 1);
  EXPECT_EQ(desk->last().messages(0).files(0).name(), file.name());
  EXPECT_EQ(ReadAs(Desk("anna"), item, file.name())->content(), kCanary);

  const auto answer = SendFileAs("anna", item, "form.txt", "fill me in", "u1");
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->message().author_name(), "The anna");
  EXPECT_EQ(Read(chat, answer->message().files(0).name())->content(), "fill me in");
  EXPECT_FALSE(AnyFileHas("the canary")) << "sealed, as all that is said";
}

TEST_F(ChatFiles, ComesInPiecesAndIsOneMessageHoweverOftenItIsSent) {
  const auto chat = StartChat();
  const std::string bytes = std::string(100'000, 'x') + "end";
  const auto piece = [&](size_t from, size_t length) {
    return Call<v1::UploadChatFileResponse>(
        "CustomerChatService.UploadCustomerFile",
        Key(chat,
            ", " + PieceJson("long.txt", bytes.substr(from, length), "u1", bytes.size(), from)));
  };
  std::string name;
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(piece(0, 40'000)->next_offset(), 40'000);
    EXPECT_EQ(piece(40'000, 40'000)->next_offset(), 80'000);
    const auto last = piece(80'000, 40'000);
    ASSERT_TRUE(last.ok() && last->has_message()) << last.status();
    if (round == 1) EXPECT_EQ(last->message().files(0).name(), name);
    name = last->message().files(0).name();
  }
  auto page = Watch(chat);
  int messages = 0;
  for (const auto& update : page->updates()) messages += update.messages_size();
  EXPECT_EQ(messages, 1);
  EXPECT_EQ(Read(chat, name)->content(), bytes);
  EXPECT_EQ(Read(chat, name, 100'000)->content(), "end");
  EXPECT_EQ(Read(chat, name, 100'003)->content(), "");
}

TEST_F(ChatFiles, TheLastPartIsReadAsSuch) {
  const auto chat = StartChat();
  center_.Available("anna");
  const std::string item = Accept("anna");
  std::string bytes(1'500'000, 'y');
  v1::ChatMessage message;
  for (size_t from = 0; from < bytes.size(); from += chat::kLargestPiece) {
    const auto taken = Call<v1::UploadChatFileResponse>(
        "ChatService.UploadChatFile",
        fmt::format(
            R"({{"workItem": "{}", {}}})", item,
            PieceJson("big.txt", bytes.substr(from, chat::kLargestPiece), "u", bytes.size(), from)),
        Desk("anna"));
    ASSERT_TRUE(taken.ok()) << taken.status();
    message = taken->message();
  }
  const auto first = Read(chat, message.files(0).name());
  EXPECT_EQ(first->content().size(), 1u << 20);
  EXPECT_EQ(first->next_offset(), 1 << 20);
  const auto rest = Read(chat, message.files(0).name(), first->next_offset());
  EXPECT_EQ(rest->next_offset(), 0);
  EXPECT_EQ(first->content() + rest->content(), bytes);
}

TEST_F(ChatFiles, WhatIsWrongIsRefusedByItsFieldAndChangesNothing) {
  const auto chat = StartChat();
  const auto refused = [&](const std::string& name, const std::string& bytes) {
    const auto sent = SendFile(chat, name, bytes, "u1");
    EXPECT_EQ(sent.status().code(), Code::kInvalidArgument) << name << sent.status();
    return FieldAtFault(sent.status());
  };
  EXPECT_EQ(refused("run.exe", "MZ"), "piece.fileName");
  EXPECT_EQ(refused("page.html", "<script>"), "piece.fileName");
  EXPECT_EQ(refused("pic.svg", "<svg/>"), "piece.fileName");
  EXPECT_EQ(refused("../a.pdf", kCanary), "piece.fileName");
  EXPECT_EQ(refused("a\\r\\nb.pdf", kCanary), "piece.fileName");
  EXPECT_EQ(refused("a.pdf", "<html>"), "piece.content");
  Refused<v1::UploadChatFileResponse>(
      "CustomerChatService.UploadCustomerFile",
      Key(chat, ", " + PieceJson("a.pdf", kCanary, "u", (5 << 20) + 1, 0)), Code::kInvalidArgument,
      "piece.sizeBytes");
  auto page = Watch(chat);
  for (const auto& update : page->updates()) EXPECT_EQ(update.messages_size(), 0);
}

TEST_F(ChatFiles, NobodyElseReadsOrSends) {
  const auto chat = StartChat();
  center_.Available("anna");
  const std::string item = Accept("anna");
  const auto other = StartChat();
  const auto sent = SendFile(chat, "letter.pdf", kCanary, "u1");
  const std::string file = sent->message().files(0).name();
  EXPECT_EQ(Read(other, file).status().code(), Code::kNotFound) << "by another chat's secret";
  v1::StartChatResponse forged = chat;
  forged.set_secret(other.secret());
  EXPECT_EQ(FieldAtFault(Read(forged, file).status()), "secret");
  EXPECT_EQ(FieldAtFault(SendFile(forged, "a.pdf", kCanary, "u").status()), "secret");
  for (const char* name : {"", "attachments/", "attachments/nope", "letter.pdf"}) {
    EXPECT_EQ(FieldAtFault(Read(chat, name).status()), "file") << name;
  }
  EXPECT_EQ(FieldAtFault(Read(chat, file, -1).status()), "offset");
  EXPECT_EQ(ReadAs(Desk("bert"), item, file).status().code(), Code::kPermissionDenied);
  EXPECT_EQ(SendFileAs("bert", item, "a.pdf", kCanary, "u").status().code(),
            Code::kPermissionDenied);
}

TEST_F(ChatFiles, WhatAManagerReadsIsOnRecord) {
  const auto chat = StartChat();
  center_.Available("anna");
  const std::string item = Accept("anna");
  const std::string file = SendFile(chat, "letter.pdf", kCanary, "u")->message().files(0).name();
  EXPECT_TRUE(ReadAs(Desk("anna"), item, file).ok());
  EXPECT_EQ(Reads(), 0u) << "who has the item reads what is theirs";
  rpc::Caller manager;
  manager.user = "users/maud";
  manager.roles = {rpc::Role::kManager};
  EXPECT_EQ(ReadAs(manager, item, file)->content(), kCanary);
  EXPECT_EQ(Reads(), 1u);
}

TEST_F(ChatFiles, FiveInAMinute) {
  const auto chat = StartChat();
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(SendFile(chat, "a.txt", "a", fmt::format("u{}", i)).ok()) << i;
  }
  EXPECT_EQ(SendFile(chat, "a.txt", "a", "u5").status().code(), Code::kResourceExhausted);
  auto page = Watch(chat);
  Pass(Duration::Seconds(60));
  EXPECT_TRUE(SendFile(chat, "a.txt", "a", "u5").ok());
}

TEST_F(ChatFiles, AfterTheEndItIsReadAndNotSent) {
  const auto chat = StartChat();
  const std::string file = SendFile(chat, "a.txt", "a", "u")->message().files(0).name();
  Must<v1::LeaveChatResponse>("CustomerChatService.LeaveChat", Key(chat));
  EXPECT_EQ(SendFile(chat, "b.txt", "b", "u2").status().code(), Code::kFailedPrecondition);
  EXPECT_EQ(Read(chat, file)->content(), "a");
  OpenChannel();
  EXPECT_EQ(Read(chat, file)->content(), "a") << "after a restart";
}

TEST_F(ChatFiles, AreErasedWithThePerson) {
  const auto chat = StartChat();
  const std::string file = SendFile(chat, "a.pdf", kCanary, "u")->message().files(0).name();
  std::promise<std::string> customer;
  store_->Load(chat.chat(), [&](absl::StatusOr<std::optional<contacts::Contact>> contact) {
    customer.set_value((*contact)->customer);
  });
  std::promise<absl::Status> erased;
  store_->EraseCustomer(customer.get_future().get(), "users/root", center_.shard().now(),
                        [&](const absl::StatusOr<int64_t>& n) { erased.set_value(n.status()); });
  EXPECT_TRUE(erased.get_future().get().ok());
  channel_->Settle();
  EXPECT_FALSE(Read(chat, file).ok());
  std::promise<bool> there;
  store_->ReadAttachment(
      file.substr(file.find('/') + 1), 0,
      [&](absl::StatusOr<std::optional<contacts::ContactStore::AttachmentPart>> part) {
        there.set_value(part.ok() && part->has_value());
      });
  EXPECT_FALSE(there.get_future().get());
}

}  // namespace
}  // namespace wissel::testing

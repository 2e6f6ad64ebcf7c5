// What files may enter a conversation, and how they are put together from pieces.
#include <gtest/gtest.h>

#include "base/status.h"
#include "channels/chat/conversation.h"
#include "channels/chat/file_rules.h"
#include "channels/chat/uploads.h"

namespace wissel::chat {
namespace {

Instant At(int64_t seconds) { return Instant::FromMillis(seconds * 1000); }

std::string FieldOf(const absl::Status& status) {
  return status.ok() ? "taken" : FieldAtFault(status);
}

TEST(FileName, IsOneThatAnyComputerCanKeep) {
  for (const char* name :
       {"letter.pdf", "Ma facture (2).pdf", "été.jpg", "a.b.c.png", "领收.pdf"}) {
    EXPECT_TRUE(CheckFileName(name, "f").ok()) << name;
  }
  const std::string long_name = std::string(kLongestFileName - 3, 'a') + ".pdf";
  for (const std::string& name :
       {std::string(), std::string("../../etc/passwd.txt"), std::string("C:\\a.pdf"),
        std::string("a\r\nb.pdf"), std::string("a\0.pdf", 6), std::string("\x7f.pdf"),
        std::string("a\xc2\x85.pdf"), std::string("\xe2\x80\xaegnp.exe.pdf"),
        std::string("a\xe2\x80\x8b.pdf"), std::string(".pdf"), std::string(" a.pdf"),
        std::string("a.pdf "), std::string("a.pdf."), std::string("\xff.pdf"), long_name,
        std::string("a\xc2")}) {
    EXPECT_EQ(FieldOf(CheckFileName(name, "f")), "f") << name;
  }
}

TEST(FileKind, IsWhatTheNameEndsInAndTheBytesAgree) {
  EXPECT_EQ(*MediaTypeOf("Photo.JPG", "f"), "image/jpeg");
  EXPECT_EQ(*MediaTypeOf("a.exe.pdf", "f"), "application/pdf");
  for (const char* name : {"a.exe", "a.html", "a.svg", "a.js", "a.pdf.exe", "a", "pdf", "a.zip",
                           "a.docm", "a.svgz", "a.xhtml", "a.bat"}) {
    EXPECT_EQ(FieldOf(MediaTypeOf(name, "f").status()), "f") << name;
  }
  const auto agrees = [](const char* name, std::string_view bytes) {
    return CheckFileBytes(name, bytes, "f").ok();
  };
  EXPECT_TRUE(agrees("a.pdf", "%PDF-1.7\n"));
  EXPECT_TRUE(agrees("a.jpeg", "\xff\xd8\xff\xe0"));
  EXPECT_TRUE(agrees("a.webp", "RIFF1234WEBPVP8 "));
  EXPECT_TRUE(agrees("a.txt", "hello"));
  EXPECT_FALSE(agrees("a.pdf", "MZ\x90"));
  EXPECT_FALSE(agrees("a.png", "<svg onload=alert(1)>"));
  EXPECT_FALSE(agrees("a.pdf", "%PD"));
  EXPECT_FALSE(agrees("a.webp", "RIFF"));
  EXPECT_FALSE(agrees("a.txt", std::string_view("MZ\0\x01", 4)));
  EXPECT_FALSE(agrees("a.exe", "MZ"));
}

FilePiece Piece(int64_t offset, std::string content, int64_t size = 12) {
  return {"u1", "note.txt", size, offset, std::move(content)};
}

TEST(Uploads, PutsPiecesTogetherInOrder) {
  Uploads uploads(1000);
  EXPECT_EQ(uploads.Take("c", Piece(0, "hello "), At(0))->next_offset, 6);
  EXPECT_EQ(uploads.Take("c", Piece(0, "hello "), At(0))->next_offset, 6) << "from its beginning";
  EXPECT_EQ(uploads.Take("c", Piece(6, "wor"), At(0))->next_offset, 9);
  EXPECT_EQ(uploads.Take("c", Piece(6, "wor"), At(0))->next_offset, 9) << "was taken already";
  const auto last = uploads.Take("c", Piece(9, "ld\n"), At(0));
  ASSERT_TRUE(last.ok() && last->whole);
  EXPECT_EQ(last->whole->bytes, "hello world\n");
  EXPECT_EQ(last->whole->media_type, "text/plain");
  EXPECT_EQ(FieldOf(uploads.Take("c", Piece(9, "ld\n"), At(0)).status()), "piece.offset");
}

TEST(Uploads, RefusesByTheFieldWhatIsWrong) {
  Uploads uploads(100);
  const auto refused = [&](FilePiece piece) {
    return FieldOf(uploads.Take("c", piece, At(0)).status());
  };
  EXPECT_EQ(refused(Piece(0, "x", 101)), "piece.sizeBytes");
  EXPECT_EQ(refused(Piece(0, "x", 0)), "piece.sizeBytes");
  EXPECT_EQ(refused(Piece(0, "x", -1)), "piece.sizeBytes");
  EXPECT_EQ(refused(Piece(0, "")), "piece.content");
  EXPECT_EQ(refused(Piece(0, std::string(kLargestPiece + 1, 'x'))), "piece.content");
  EXPECT_EQ(refused(Piece(-1, "x")), "piece.offset");
  EXPECT_EQ(refused(Piece(12, "x")), "piece.offset");
  EXPECT_EQ(refused(Piece(INT64_MAX, "x")), "piece.offset");
  EXPECT_EQ(refused(Piece(6, "x")), "piece.offset") << "without its beginning";
  EXPECT_EQ(refused({"", "note.txt", 1, 0, "x"}), "piece.upload");
  EXPECT_EQ(refused({std::string(65, 'u'), "note.txt", 1, 0, "x"}), "piece.upload");
  EXPECT_EQ(refused({"u", "../note.txt", 1, 0, "x"}), "piece.fileName");
  EXPECT_EQ(refused({"u", "note.exe", 1, 0, "x"}), "piece.fileName");
  EXPECT_EQ(refused({"u", "note.pdf", 9, 0, "<html>"}), "piece.content");
  // It was fine in the first piece only; then nothing of it is left.
  EXPECT_TRUE(uploads.Take("c", Piece(0, "hello "), At(0)).ok());
  EXPECT_EQ(refused(Piece(6, std::string("\0\0\0\0\0\0", 6))), "piece.content");
  EXPECT_EQ(refused(Piece(6, "x")), "piece.offset");
  EXPECT_EQ(Uploads(0).Take("c", Piece(0, "x"), At(0)).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST(Uploads, AreNotMixedAndNotMoreThanFit) {
  Uploads uploads(kLargestFile);
  EXPECT_TRUE(uploads.Take("a customer", Piece(0, "hello "), At(0)).ok());
  EXPECT_TRUE(uploads.Take("a anna", Piece(0, "HELLO "), At(0)).ok());
  EXPECT_EQ(uploads.Take("a anna", Piece(6, "WORLD\n"), At(0))->whole->bytes, "HELLO WORLD\n");
  FilePiece other = Piece(6, "x");
  other.upload = "u2";
  EXPECT_EQ(FieldOf(uploads.Take("a customer", other, At(0)).status()), "piece.offset");
  uploads.DropAllOf("a");
  EXPECT_EQ(FieldOf(uploads.Take("a customer", Piece(6, "x"), At(0)).status()), "piece.offset");

  const std::string full(static_cast<size_t>(kLargestPiece), 'x');
  int taken = 0;
  const auto begin = [&](Instant at) {
    return uploads.Take("c" + std::to_string(taken), Piece(0, full, kLargestFile), at).status();
  };
  while (begin(At(0)).ok()) ++taken;
  EXPECT_EQ(taken, kMostUnderWay / kLargestPiece);
  EXPECT_EQ(begin(At(299)).code(), absl::StatusCode::kResourceExhausted);
  EXPECT_TRUE(begin(At(300)).ok()) << "what began five minutes ago makes room";
  EXPECT_EQ(FieldOf(uploads.Take("c0", Piece(kLargestPiece, full, kLargestFile), At(300)).status()),
            "piece.offset");
}

Conversation WithFiles(int files, Author author, Instant at) {
  Contact chat;
  chat.name = "chats/c";
  for (int i = 0; i < files; ++i) {
    Entry entry;
    entry.number = i + 1;
    entry.author = author;
    entry.time = at;
    entry.attachments = {{"id" + std::to_string(i), "a.pdf", "application/pdf", 1}};
    chat.entries.push_back(entry);
  }
  return Conversation(chat, At(0), Duration::Seconds(60));
}

TEST(Conversation, TakesSoManyFilesOfEitherSide) {
  EXPECT_TRUE(WithFiles(4, Author::kCustomer, At(0)).MayCustomerSendFile(At(30)).ok());
  const Conversation five = WithFiles(5, Author::kCustomer, At(0));
  EXPECT_EQ(five.MayCustomerSendFile(At(59)).code(), absl::StatusCode::kResourceExhausted);
  EXPECT_TRUE(five.MayCustomerSendFile(At(60)).ok());
  const Conversation full = WithFiles(20, Author::kCustomer, At(0));
  EXPECT_EQ(FieldOf(full.MayCustomerSendFile(At(3600))), "piece");
  Conversation of_agent = WithFiles(20, Author::kAgent, At(0));
  EXPECT_TRUE(of_agent.MayCustomerSendFile(At(3600)).ok());
  of_agent.OnItem({ItemId(7), ItemState::kActive, QueueId(1), "anna", At(0)}, At(1));
  EXPECT_EQ(FieldOf(of_agent.MayAgentSendFile("anna", At(3600))), "piece");
  EXPECT_EQ(of_agent.MayAgentSendFile("bert", At(3600)).code(),
            absl::StatusCode::kPermissionDenied);
  EXPECT_TRUE(of_agent.HasFile("id19"));
  EXPECT_FALSE(of_agent.HasFile("id20"));
}

}  // namespace
}  // namespace wissel::chat

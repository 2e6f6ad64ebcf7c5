// The language of a text, and that it is said when it is not known.
#include <gtest/gtest.h>

#include "channels/language/detect.h"

namespace wissel {
namespace {

TEST(Language, OfOrdinaryMails) {
  EXPECT_EQ(
      DetectLanguage("Geachte mevrouw,\nIk heb nog geen antwoord op mijn vraag over de belasting."),
      "nl");
  EXPECT_EQ(DetectLanguage(
                "Bonjour Madame,\nJe n'ai pas encore de réponse à ma question sur les impôts."),
            "fr");
  EXPECT_EQ(DetectLanguage(
                "Sehr geehrte Damen und Herren,\nich habe noch keine Antwort auf meine Frage."),
            "de");
  EXPECT_EQ(DetectLanguage("Dear sir or madam,\nI have not yet had an answer to my question."),
            "en");
  EXPECT_EQ(DetectLanguage("WANNEER KAN IK MIJN KAART BIJ U AFHALEN?"), "nl");
  EXPECT_EQ(DetectLanguage("ÊTRE OU NE PAS ÊTRE, TELLE EST LA QUESTION POUR NOUS"), "fr");
}

TEST(Language, IsUnknownWhereItCannotBeTold) {
  EXPECT_EQ(DetectLanguage(""), "");
  EXPECT_EQ(DetectLanguage("ok"), "");
  EXPECT_EQ(DetectLanguage("4711 / 2021 / 33"), "");
  EXPECT_EQ(
      DetectLanguage("Hola, quisiera saber cuándo puedo recoger mi documento, muchas gracias"), "");
  EXPECT_EQ(DetectLanguage("Merhaba, belgemi ne zaman alabilirim, çok teşekkürler"), "");
  EXPECT_EQ(
      DetectLanguage(
          "Je vous remercie pour votre aide. Ik dank u voor uw hulp, en ik wacht op het antwoord. "
          "Je suis dans le bureau avec les papiers."),
      "")
      << "two languages at once";
}

TEST(Language, QuotedLinesAndSignaturesDoNotCount) {
  EXPECT_EQ(DetectLanguage("Bedankt, dat is wat ik nog wilde weten.\n"
                           "> Dear Mia, we have received your question and we will answer it\n"
                           "> as soon as we can. This is what you can do in the meantime.\n"
                           "-- \nThe office of the city, for all who live and work here"),
            "nl");
}

}  // namespace
}  // namespace wissel

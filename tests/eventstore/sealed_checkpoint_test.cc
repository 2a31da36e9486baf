#include "eventstore/sealed_checkpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "eventstore/signed_note.h"
#include "schemas/status.h"
#include "tests/eventstore/published_notes.h"

namespace annals {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr char kRoot[] = "AQIDAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

SigningKey Ours() {
  return SigningKey::Parse(published::kPeterPrivate).value();
}

SealedCheckpoint Example() {
  return {.origin = "annals/01J", .size = 12, .root = {1, 2, 3}};
}

absl::Status Open(const std::string& text) {
  return OpenSeal(SignNote(text, Ours()), Ours().verifier()).status();
}

TEST(SealedCheckpoint, IsThreeLinesAndASignature) {
  const std::string note = Seal(Example(), Ours()).value();
  EXPECT_EQ(note.substr(0, note.find("— ")), std::string("annals/01J\n12\n") + kRoot + "\n\n");
  EXPECT_EQ(OpenSeal(note, Ours().verifier()).value(), Example());
  EXPECT_EQ(OpenSeal(note, Ours().verifier(), "annals/01J").value(), Example());
  EXPECT_EQ(OriginOf("01J"), "annals/01J");
}

TEST(SealedCheckpoint, TheGoChecksumDatabasesAreRead) {
  const VerifierKey sumdb = VerifierKey::Parse(published::kSumdb).value();
  const SealedCheckpoint plain = OpenSeal(published::kSumdbCheckpoint, sumdb, "go.sum database tree").value();
  EXPECT_EQ(plain.size, 6476701u);
  EXPECT_EQ(HexOf(plain.root), "99bf102d022cd19d323f90acb6aea0ba3f3ba1759e0bd80433ca158a49a6f569");
  const SealedCheckpoint witnessed = OpenSeal(published::kWitnessedCheckpoint, sumdb).value();
  EXPECT_EQ(witnessed.size, 15081221u);
  EXPECT_TRUE(absl::IsDataLoss(OpenSeal(published::kSumdbCheckpoint, sumdb, "annals/01J").status()));
}

TEST(SealedCheckpoint, ExtensionsAreKept) {
  SealedCheckpoint checkpoint = Example();
  checkpoint.extensions = {"one", "two 2"};
  const std::string note = Seal(checkpoint, Ours()).value();
  EXPECT_THAT(OpenSeal(note, Ours().verifier()).value().extensions, ElementsAre("one", "two 2"));
}

TEST(SealedCheckpoint, AnEmptyLogAndTheLargestHaveOne) {
  for (const uint64_t size : {uint64_t{0}, uint64_t{UINT64_MAX}}) {
    SealedCheckpoint checkpoint = Example();
    checkpoint.size = size;
    EXPECT_EQ(OpenSeal(Seal(checkpoint, Ours()).value(), Ours().verifier()).value().size, size);
  }
}

TEST(SealedCheckpoint, EachFaultHasItsOwnMessage) {
  const std::string note = Seal(Example(), Ours()).value();
  std::string altered = note;
  altered[altered.find("12")] = '2';
  struct FaultCase {
    absl::Status status;
    const char* message;
  };
  const VerifierKey ours = Ours().verifier();
  const FaultCase kFaults[] = {
      {OpenSeal(altered, ours).status(), "does not fit"},
      {OpenSeal(note.substr(0, note.size() - 1), ours).status(), "cut short"},
      {OpenSeal(note.substr(0, 20), ours).status(), "cut short"},
      {OpenSeal("", ours).status(), "cut short"},
      {OpenSeal(note, VerifierKey::Parse(published::kEnoch).value()).status(), "EnochRoot+af0cfe78 did not sign it"},
      {OpenSeal(note, ours, "annals/02K").status(), "it seals another log, \"annals/01J\", not \"annals/02K\""},
  };
  for (const FaultCase& row : kFaults) {
    EXPECT_EQ(row.status.code(), absl::StatusCode::kDataLoss);
    EXPECT_THAT(std::string(MessageOf(row.status)), HasSubstr(row.message));
  }
}

TEST(SealedCheckpoint, EveryAlteredByteIsFound) {
  const std::string note = Seal(Example(), Ours()).value();
  for (size_t i = 0; i < note.size(); ++i) {
    std::string altered = note;
    altered[i] = static_cast<char>(altered[i] ^ 1);
    EXPECT_TRUE(absl::IsDataLoss(OpenSeal(altered, Ours().verifier()).status())) << altered;
  }
}

TEST(SealedCheckpoint, WhatIsSignedButNoneIsRefused) {
  const std::string root = std::string(kRoot) + "\n";
  ASSERT_TRUE(Open("o\n7\n" + root).ok());
  for (const std::string& text :
       {std::string("o\n7\n"), "o\n" + root, "\n7\n" + root, "o\n\n" + root, "o\n07\n" + root, "o\n00\n" + root,
        "o\n+7\n" + root, "o\n-7\n" + root, "o\n7 \n" + root, "o\n 7\n" + root, "o\n7.0\n" + root, "o\n0x7\n" + root,
        "o\n18446744073709551616\n" + root, std::string("o\n7\nAAAA\n"), "o\n7\nx" + root,
        "o\n7\n" + root.substr(0, 43) + "\n", "o\n7\n" + root + "\next\n"}) {
    EXPECT_TRUE(absl::IsDataLoss(Open(text))) << text;
  }
}

TEST(SealedCheckpoint, AnOriginOfSeveralLinesIsNotSigned) {
  for (const char* const origin : {"", "annals/x\n99", "annals/\x01", "annals/\xff", "annals/x\n"}) {
    SealedCheckpoint checkpoint = Example();
    checkpoint.origin = origin;
    EXPECT_TRUE(absl::IsDataLoss(Seal(checkpoint, Ours()).status())) << origin;
  }
}

}  // namespace
}  // namespace annals

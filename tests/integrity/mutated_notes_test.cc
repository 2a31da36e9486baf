// SPEC §2.7: a seal that was altered is none, or still says what was sealed.
#include <random>
#include <string>

#include <gtest/gtest.h>

#include "eventstore/sealed_checkpoint.h"
#include "eventstore/sha256.h"
#include "eventstore/signed_note.h"
#include "tests/support/effort.h"

namespace annals {
namespace {

using support::IsFullEffort;
using support::SeedOr;
using support::Tried;

constexpr std::string_view kOrigin = "annals/01J";

SigningKey Key(std::string_view name, uint64_t seed) {
  SeededRandom random(seed);
  return SigningKey::Generate(name, random).value();
}

// Alters seals by chance: bytes, lines, and parts of other seals in its place.
class Mutator {
 public:
  explicit Mutator(uint64_t seed) : chance_(seed) {
    for (uint64_t size = 0; size < 40; ++size) {
      SealedCheckpoint checkpoint{.origin = std::string(kOrigin), .size = size, .root = Sha256({std::to_string(size)})};
      if (size % 3 == 1) checkpoint.extensions = {"more", std::to_string(size)};
      sealed_.push_back(checkpoint);
      notes_.push_back(Seal(checkpoint, key_).value());
      checkpoint.size += 1;
      others_.push_back(Seal(checkpoint, namesake_).value());
    }
  }

  const VerifierKey& key() const { return key_.verifier(); }
  uint64_t Below(uint64_t end) { return chance_() % end; }
  size_t seals() const { return notes_.size(); }
  const SealedCheckpoint& sealed(size_t i) const { return sealed_[i]; }

  std::string Mutated(size_t i) {
    std::string note = notes_[i];
    for (uint64_t steps = 1 + Below(2); steps > 0; --steps) Alter(note);
    return note;
  }

 private:
  static std::string TextOf(const std::string& note) { return note.substr(0, note.rfind("\n\n") + 2); }
  static std::string SignatureOf(const std::string& note) {
    const size_t blank = note.rfind("\n\n");
    return blank == std::string::npos ? "" : note.substr(blank + 2);
  }

  void Alter(std::string& note) {
    if (note.empty()) return;
    const size_t at = Below(note.size());
    const std::string& other = Below(2) == 0 ? notes_[Below(notes_.size())] : others_[Below(others_.size())];
    switch (Below(10)) {
      case 0:
      case 1:
      case 2:
        note[at] = static_cast<char>(note[at] ^ (1 << Below(8)));
        break;
      case 3:
        note.erase(at, 1 + Below(4));
        break;
      case 4:
        note.insert(at, 1, note[Below(note.size())]);
        break;
      case 5:
        note.resize(at);
        break;
      case 6:
        note += SignatureOf(other);
        break;
      case 7:
        note = TextOf(other) + SignatureOf(note);
        break;
      case 8:
        note = TextOf(note) + SignatureOf(other);
        break;
      default:
        std::swap(note[at], note[Below(note.size())]);
    }
  }

  std::mt19937_64 chance_;
  SigningKey key_ = Key("annals", 1);
  SigningKey namesake_ = Key("annals", 2);
  std::vector<SealedCheckpoint> sealed_;
  std::vector<std::string> notes_;
  std::vector<std::string> others_;  // signed by the key of the same name
};

TEST(MutatedNotes, AreRefusedOrSayWhatWasSealed) {
  Mutator mutator(SeedOr(4));
  const uint64_t wanted = IsFullEffort() ? 1'000'000 : 20'000;
  uint64_t refused = 0;
  for (uint64_t tried = 0; tried < wanted && !HasFailure(); ++tried) {
    const size_t i = mutator.Below(mutator.seals());
    const std::string note = mutator.Mutated(i);
    const auto opened = OpenSeal(note, mutator.key(), kOrigin);
    if (!opened.ok()) {
      EXPECT_TRUE(absl::IsDataLoss(opened.status())) << opened.status();
      ++refused;
      continue;
    }
    // Text and signature of one other seal make that seal.
    bool was_sealed = false;
    for (size_t k = 0; k < mutator.seals(); ++k) was_sealed = was_sealed || *opened == mutator.sealed(k);
    EXPECT_TRUE(was_sealed) << "mutation " << tried << ":\n" << note;
  }
  EXPECT_LT(refused, wanted) << "a signature of others beside ours is no fault";
  Tried(wanted, "mutated notes");
}

}  // namespace
}  // namespace annals

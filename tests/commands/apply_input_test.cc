#include "commands/apply_input.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/support/must.h"

namespace annals {
namespace {

using support::Must;
using testing::ElementsAre;

// Gives out a text in pieces of one size.
class PiecewiseSource final : public ByteSource {
 public:
  PiecewiseSource(std::string text, size_t piece) : text_(std::move(text)), piece_(piece) {}
  absl::StatusOr<size_t> Read(char* out, size_t size) override {
    const size_t count = std::min({size, piece_, text_.size() - at_});
    std::memcpy(out, text_.data() + at_, count);
    at_ += count;
    largest_room = std::max(largest_room, size);
    return count;
  }
  bool WouldWait() override { return false; }
  void Interrupt() override { at_ = text_.size(); }
  size_t largest_room = 0;

 private:
  std::string text_;
  size_t piece_;
  size_t at_ = 0;
};

std::vector<std::string> LinesOf(ByteSource& source, size_t max_line_bytes) {
  LineReader reader(source, max_line_bytes);
  std::vector<std::string> lines;
  while (const auto line = Must(reader.Next())) {
    lines.push_back(fmt::format("{}:{}", line->number, line->is_too_long ? "too long" : std::string(line->text)));
  }
  return lines;
}

struct SplitCase {
  const char* name;
  const char* text;
  std::vector<std::string> lines;
};

class SplitTest : public testing::TestWithParam<SplitCase> {};

TEST_P(SplitTest, IsTheSameInWhateverPiecesItComes) {
  for (const size_t piece : {1, 2, 3, 5, 100}) {
    PiecewiseSource source(GetParam().text, piece);
    EXPECT_EQ(LinesOf(source, 8), GetParam().lines) << "in pieces of " << piece;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Lines, SplitTest,
    testing::Values(SplitCase{"Nothing", "", {}}, SplitCase{"OneEnded", "ab\n", {"1:ab"}},
                    SplitCase{"LastNotEnded", "ab\ncd", {"1:ab", "2:cd"}},
                    SplitCase{"BlankOnes", "\n\na\n\n", {"1:", "2:", "3:a", "4:"}},
                    SplitCase{"JustShortEnough", "12345678\na\n", {"1:12345678", "2:a"}},
                    SplitCase{"TooLongInBetween", "a\n123456789\nb\n", {"1:a", "2:too long", "3:b"}},
                    SplitCase{"MuchTooLong", "12345678901234567890123456789\nb\n", {"1:too long", "2:b"}},
                    SplitCase{"TooLongAtTheEnd", "a\n123456789", {"1:a", "2:too long"}}),
    [](const auto& row) { return std::string(row.param.name); });

TEST_P(SplitTest, IsTheSameWhetherOrNotSomebodyAsksBeforeEachLine) {
  for (const size_t piece : {1, 3, 100}) {
    PiecewiseSource source(GetParam().text, piece);
    LineReader reader(source, 8);
    std::vector<std::string> lines;
    do {
      EXPECT_FALSE(reader.WouldWait());
      const auto line = Must(reader.Next());
      if (!line) break;
      lines.push_back(fmt::format("{}:{}", line->number, line->is_too_long ? "too long" : std::string(line->text)));
    } while (true);
    EXPECT_EQ(lines, GetParam().lines) << "in pieces of " << piece;
  }
}

TEST(LineReader, ReadsATooLongLineWithoutKeepingIt) {
  constexpr size_t kLimit = size_t{1} << 20;
  PiecewiseSource source(std::string(20 * kLimit, 'x') + "\nnext\n", size_t{1} << 16);
  EXPECT_THAT(LinesOf(source, kLimit), ElementsAre("1:too long", "2:next"));
  EXPECT_LT(source.largest_room, 2 * kLimit);
}

class PipeTest : public testing::Test {
 protected:
  PipeTest() {
    EXPECT_EQ(::pipe2(ends_, O_CLOEXEC), 0);
    source_ = Must(FdSource::Over(ends_[0], "the pipe"));
  }
  ~PipeTest() override {
    for (const int end : ends_) ::close(end);
  }
  int ends_[2];
  std::unique_ptr<FdSource> source_;
};

TEST_F(PipeTest, TellsWhetherItWouldWait) {
  EXPECT_TRUE(source_->WouldWait());
  ASSERT_EQ(::write(ends_[1], "ab", 2), 2);
  EXPECT_FALSE(source_->WouldWait());
  char out[8];
  EXPECT_EQ(Must(source_->Read(out, sizeof(out))), 2u);
  EXPECT_TRUE(source_->WouldWait());
}

TEST_F(PipeTest, APieceOfALineIsNoLine) {
  LineReader reader(*source_, 100);
  ASSERT_EQ(::write(ends_[1], "ab\ncd", 5), 5);
  EXPECT_FALSE(reader.WouldWait());
  EXPECT_EQ(Must(reader.Next())->text, "ab");
  EXPECT_TRUE(reader.WouldWait());
  ASSERT_EQ(::write(ends_[1], "e\n", 2), 2);
  EXPECT_FALSE(reader.WouldWait());
  EXPECT_EQ(Must(reader.Next())->text, "cde");
}

TEST_F(PipeTest, ReadToEndGivesTheSameFromAFile) {
  ASSERT_EQ(::write(ends_[1], "ab\ncd", 5), 5);
  ::close(std::exchange(ends_[1], -1));
  const TemporaryFile file = Must(ReadToEnd(*source_, "the pipe"));
  const auto copy = Must(FdSource::Over(::fileno(file.get()), "the copy"));
  EXPECT_THAT(LinesOf(*copy, 100), ElementsAre("1:ab", "2:cd"));
}

TEST_F(PipeTest, InterruptEndsAReadThatWaits) {
  std::thread other([&] { source_->Interrupt(); });
  char out[8];
  EXPECT_EQ(Must(source_->Read(out, sizeof(out))), 0u);
  other.join();
  ASSERT_EQ(::write(ends_[1], "ab", 2), 2);
  EXPECT_EQ(Must(source_->Read(out, sizeof(out))), 0u);
}

TEST(FdSource, NamesWhatCannotBeRead) {
  const auto source = Must(FdSource::Over(::open("/", O_RDONLY | O_CLOEXEC), "the folder"));
  char out[8];
  EXPECT_THAT(source->Read(out, sizeof(out)).status().ToString(),
              testing::HasSubstr("read the folder: Is a directory"));
}

}  // namespace
}  // namespace annals

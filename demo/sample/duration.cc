#include "duration.h"

#include <iterator>

namespace sample {
namespace {

struct Unit {
  std::string_view name;
  int64_t micros;
};

// From the largest to the smallest.
constexpr Unit kUnits[] = {
    {"h", 60 * 60 * int64_t{1'000'000}},
    {"m", 60 * 1'000'000},
    {"s", 1'000'000},
    {"ms", 1'000},
    {"us", 1},
};

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

// Takes the characters off the front of `text` for which `wanted` holds.
template <class Wanted>
std::string_view Take(std::string_view& text, Wanted wanted) {
  size_t size = 0;
  while (size < text.size() && wanted(text[size])) ++size;
  const std::string_view taken = text.substr(0, size);
  text.remove_prefix(size);
  return taken;
}

std::optional<int64_t> ParseNumber(std::string_view digits) {
  if (digits.empty()) return std::nullopt;
  int64_t number = 0;
  for (const char c : digits) {
    if (__builtin_mul_overflow(number, int64_t{10}, &number)) return std::nullopt;
    if (__builtin_add_overflow(number, int64_t{c - '0'}, &number)) return std::nullopt;
  }
  return number;
}

}  // namespace

std::optional<int64_t> ParseDuration(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  if (text.empty()) return std::nullopt;
  int64_t micros = 0;
  const Unit* next = std::begin(kUnits);
  while (!text.empty()) {
    const std::optional<int64_t> number = ParseNumber(Take(text, IsDigit));
    const std::string_view name = Take(text, [](char c) { return !IsDigit(c); });
    while (next != std::end(kUnits) && next->name != name) ++next;
    if (!number || next == std::end(kUnits)) return std::nullopt;
    int64_t part = 0;
    if (__builtin_mul_overflow(*number, next->micros, &part)) return std::nullopt;
    if (__builtin_add_overflow(micros, part, &micros)) return std::nullopt;
    ++next;
  }
  return negative ? -micros : micros;
}

std::string FormatDuration(int64_t micros) {
  if (micros == 0) return "0s";
  std::string text = micros < 0 ? "-" : "";
  // As unsigned: the smallest number has no positive counterpart.
  uint64_t rest = micros < 0 ? 0 - static_cast<uint64_t>(micros) : static_cast<uint64_t>(micros);
  for (const Unit& unit : kUnits) {
    const auto size = static_cast<uint64_t>(unit.micros);
    if (rest < size) continue;
    text += std::to_string(rest / size).append(unit.name);
    rest %= size;
  }
  return text;
}

}  // namespace sample

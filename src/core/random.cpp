#include "core/random.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>

namespace pantheon::core {

ByteVector random_bytes(std::size_t count) {
  ByteVector bytes(count);
  randombytes_buf(bytes.data(), bytes.size());
  return bytes;
}

double random_fraction() {
  constexpr std::uint32_t kSteps = 65'536;
  return static_cast<double>(randombytes_uniform(kSteps)) / kSteps;
}

namespace {

constexpr std::size_t kIdBytes = 16;

/// Bytes of the operating system's generator for many ids at a time: asking it for each costs a call, and two
/// of them are made for every client. What was taken is wiped.
class IdBytes {
 public:
  std::array<std::uint8_t, kIdBytes> take() {
    if (used_ == bytes_.size()) {
      randombytes_buf(bytes_.data(), bytes_.size());
      used_ = 0;
    }
    std::array<std::uint8_t, kIdBytes> id{};
    const auto begin = bytes_.begin() + static_cast<std::ptrdiff_t>(used_);
    std::copy_n(begin, kIdBytes, id.begin());
    std::fill_n(begin, kIdBytes, std::uint8_t{0});
    used_ += kIdBytes;
    return id;
  }

 private:
  std::array<std::uint8_t, 64 * kIdBytes> bytes_{};
  std::size_t used_ = bytes_.size();
};

}  // namespace

std::string random_id() {
  thread_local IdBytes bytes;
  return to_base64url(bytes.take());
}

}  // namespace pantheon::core

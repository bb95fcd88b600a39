#include "http/websocket_frame.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <cstring>
#include <memory>

#include "core/utf8.hpp"

namespace pantheon::http {
namespace {

constexpr std::size_t kMaxControl = 125;

bool known_opcode(std::uint8_t opcode) {
  return opcode <= 2 || (opcode >= 8 && opcode <= 10);
}

std::uint64_t read_big_endian(std::span<const std::uint8_t> bytes) {
  std::uint64_t value = 0;
  for (const auto byte : bytes) value = (value << 8U) | byte;
  return value;
}

/// SHA-1, looked up once for a thread: OpenSSL 3 searches its providers at every one-shot call, which takes
/// longer than the digest.
class Sha1 {
 public:
  static Sha1& of_thread() {
    thread_local Sha1 sha1;
    return sha1;
  }
  void begin() { EVP_DigestInit_ex(context_.get(), digest_.get(), nullptr); }
  void add(std::string_view text) { EVP_DigestUpdate(context_.get(), text.data(), text.size()); }
  void end(std::array<unsigned char, EVP_MAX_MD_SIZE>& out, unsigned& size) {
    EVP_DigestFinal_ex(context_.get(), out.data(), &size);
  }

 private:
  struct Free {
    void operator()(EVP_MD* digest) const { EVP_MD_free(digest); }
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };
  std::unique_ptr<EVP_MD, Free> digest_{EVP_MD_fetch(nullptr, "SHA1", nullptr)};
  std::unique_ptr<EVP_MD_CTX, Free> context_{EVP_MD_CTX_new()};
};

}  // namespace

std::size_t FrameReader::header_length() const {
  if (header_size_ < 2) return 2;
  const std::uint8_t length = header_[1] & 0x7FU;
  const std::size_t extended = length == 126 ? 2 : length == 127 ? 8 : 0;
  return 2 + extended + ((header_[1] & 0x80U) != 0 ? 4 : 0);
}

core::Result<void> FrameReader::begin_frame() {
  const std::uint8_t opcode = header_[0] & 0x0FU;
  if ((header_[0] & 0x70U) != 0) return core::failure(HttpError::bad_frame, "reserved bits");
  if (!known_opcode(opcode)) return core::failure(HttpError::bad_frame, "opcode");
  opcode_ = static_cast<Opcode>(opcode);
  final_ = (header_[0] & 0x80U) != 0;
  const bool masked = (header_[1] & 0x80U) != 0;
  if (masked != (role_ == WebSocketRole::server)) return core::failure(HttpError::bad_frame, "mask");

  const std::size_t size = header_size_ - (masked ? 4U : 0U);
  const std::uint8_t length = header_[1] & 0x7FU;
  remaining_ = length < 126 ? length : read_big_endian(std::span(header_).subspan(2, size - 2));
  if ((length == 126 && remaining_ < 126) || (length == 127 && remaining_ < 65'536) ||
      (remaining_ >> 63U) != 0) {
    return core::failure(HttpError::bad_frame, "length");
  }
  if (masked) std::copy_n(header_.begin() + static_cast<std::ptrdiff_t>(size), 4, mask_.begin());
  mask_offset_ = 0;

  if (is_control()) {
    if (!final_ || remaining_ > kMaxControl) return core::failure(HttpError::bad_frame, "control frame");
    return {};
  }
  if ((opcode_ == Opcode::continuation) != in_message_)
    return core::failure(HttpError::bad_frame, "fragment");
  if (!in_message_) message_opcode_ = opcode_;
  in_message_ = true;
  const std::size_t begun = unfinished_ ? unfinished_->message.size() : 0;
  if (remaining_ > max_message_.count || begun + remaining_ > max_message_.count) {
    return core::failure(core::CommonError::too_large);
  }
  return {};
}

std::string& FrameReader::target() {
  if (!unfinished_) unfinished_ = std::make_unique<Unfinished>();
  return is_control() ? unfinished_->control : unfinished_->message;
}

void FrameReader::take_payload(std::span<const std::uint8_t>& input) {
  const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, input.size()));
  std::string& out = target();
  const std::size_t begin = out.size();
  // Room for what has arrived, not for what the peer announces.
  out.append(reinterpret_cast<const char*>(input.data()), count);
  if (role_ == WebSocketRole::server) {
    std::array<std::uint8_t, 4> mask{};
    for (std::size_t i = 0; i < 4; ++i) mask[i] = mask_[(i + mask_offset_) & 3U];
    apply_mask(std::span(out).subspan(begin), mask);
    mask_offset_ = static_cast<std::uint8_t>((mask_offset_ + count) & 3U);
  }
  remaining_ -= count;
  input = input.subspan(count);
}

core::Result<std::optional<IncomingFrame>> FrameReader::end_frame() {
  in_payload_ = false;
  header_size_ = 0;
  if (!final_) return std::nullopt;  // never a control frame
  auto data = std::exchange(target(), {});
  if (!is_control()) in_message_ = false;
  if (!in_message_) unfinished_.reset();
  if (is_control()) return IncomingFrame{opcode_, std::move(data)};
  if (message_opcode_ == Opcode::text && !core::is_utf8(data)) return core::failure(HttpError::bad_utf8);
  return IncomingFrame{message_opcode_, std::move(data)};
}

// False when there is not all of it yet.
core::Result<bool> FrameReader::take_header(std::span<const std::uint8_t>& input) {
  while (header_size_ < header_length()) {
    if (input.empty()) return false;
    header_[header_size_++] = input.front();
    input = input.subspan(1);
  }
  if (auto begun = begin_frame(); !begun) return core::failure(begun.error());
  in_payload_ = true;
  return true;
}

bool FrameReader::lies_whole_in(std::span<const std::uint8_t> input) const {
  return final_ && !is_control() && opcode_ != Opcode::continuation && remaining_ <= input.size();
}

FrameView FrameReader::take_whole(std::span<std::uint8_t>& input) {
  const auto size = static_cast<std::size_t>(remaining_);
  const std::span<char> payload(reinterpret_cast<char*>(input.data()), size);
  if (role_ == WebSocketRole::server) apply_mask(payload, mask_);
  input = input.subspan(size);
  remaining_ = 0;
  header_size_ = 0;
  in_payload_ = false;
  in_message_ = false;
  return {opcode_, {payload.data(), payload.size()}};
}

core::Result<std::optional<FrameView>> FrameReader::next_in_place(std::span<std::uint8_t>& input,
                                                                  std::string& storage) {
  std::span<const std::uint8_t> rest = input;
  const auto skip = [&] { input = input.last(rest.size()); };
  if (!in_payload_) {
    const auto ready = take_header(rest);
    skip();
    if (!ready) return core::failure(ready.error());
    if (!*ready) return std::nullopt;
    if (lies_whole_in(input)) {
      const FrameView frame = take_whole(input);
      if (frame.opcode == Opcode::text && !core::is_utf8(frame.data))
        return core::failure(HttpError::bad_utf8);
      return frame;
    }
  }
  auto frame = next(rest);
  skip();
  if (!frame) return core::failure(frame.error());
  if (!*frame) return std::nullopt;
  storage = std::move((*frame)->data);
  return FrameView{(*frame)->opcode, storage};
}

core::Result<std::optional<IncomingFrame>> FrameReader::next(std::span<const std::uint8_t>& input) {
  for (;;) {
    if (!in_payload_) {
      const auto ready = take_header(input);
      if (!ready) return core::failure(ready.error());
      if (!*ready) return std::nullopt;
    }
    take_payload(input);
    if (remaining_ > 0) return std::nullopt;
    auto frame = end_frame();
    if (!frame || frame->has_value()) return frame;
  }
}

FrameHeader encode_frame_header(Opcode opcode, core::Bytes payload,
                                std::optional<std::array<std::uint8_t, 4>> mask) {
  FrameHeader header;
  const auto put = [&](std::uint64_t byte) {
    header.bytes.at(header.size++) = static_cast<std::uint8_t>(byte);
  };
  const std::uint8_t mask_bit = mask ? 0x80 : 0;
  put(0x80U | static_cast<std::uint8_t>(opcode));
  if (payload.count < 126) {
    put(mask_bit | payload.count);
  } else {
    const unsigned bytes = payload.count < 65'536 ? 2 : 8;
    put(mask_bit | (bytes == 2 ? 126U : 127U));
    for (unsigned i = bytes; i > 0; --i) put(payload.count >> (8U * (i - 1)));
  }
  if (mask) {
    for (const auto byte : *mask) put(byte);
  }
  return header;
}

void apply_mask(std::span<char> data, std::array<std::uint8_t, 4> mask) {
  std::uint64_t wide = 0;
  for (std::size_t i = 0; i < sizeof wide; ++i) reinterpret_cast<std::uint8_t*>(&wide)[i] = mask[i & 3U];
  std::size_t i = 0;
  for (; i + sizeof wide <= data.size(); i += sizeof wide) {
    std::uint64_t chunk = 0;
    std::memcpy(&chunk, data.data() + i, sizeof wide);
    chunk ^= wide;
    std::memcpy(data.data() + i, &chunk, sizeof wide);
  }
  for (; i < data.size(); ++i) data[i] = static_cast<char>(static_cast<std::uint8_t>(data[i]) ^ mask[i & 3U]);
}

core::Result<CloseReason> decode_close(std::string_view payload) {
  if (payload.empty()) return CloseReason{};
  if (payload.size() < 2) return core::failure(HttpError::bad_frame, "close code");
  const auto code = static_cast<std::uint16_t>(static_cast<std::uint8_t>(payload[0]) << 8U |
                                               static_cast<std::uint8_t>(payload[1]));
  const bool defined = (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014);
  if (!defined && (code < 3000 || code > 4999)) return core::failure(HttpError::bad_frame, "close code");
  if (!core::is_utf8(payload.substr(2))) return core::failure(HttpError::bad_utf8);
  return CloseReason{code, std::string(payload.substr(2))};
}

std::string encode_close(const CloseReason& reason) {
  if (reason.code == 1005) return {};
  std::string payload{static_cast<char>(reason.code >> 8U), static_cast<char>(reason.code & 0xFFU)};
  std::string_view text(reason.reason);
  text = text.substr(0, kMaxControl - 2);
  while (!core::is_utf8(text)) text.remove_suffix(1);
  return payload.append(text);
}

std::uint16_t close_code_of(const core::Error& error) {
  if (error.is(HttpError::bad_utf8)) return 1007;
  if (error.is(core::CommonError::too_large)) return 1009;
  return 1002;
}

std::string websocket_accept(std::string_view key) {
  constexpr std::string_view kGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  constexpr std::size_t kEncoded = 28;
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  Sha1& sha1 = Sha1::of_thread();
  sha1.begin();
  sha1.add(key);
  sha1.add(kGuid);
  sha1.end(digest, size);
  std::array<unsigned char, kEncoded + 1> text{};
  EVP_EncodeBlock(text.data(), digest.data(), static_cast<int>(size));
  return {text.begin(), text.begin() + kEncoded};
}

}  // namespace pantheon::http

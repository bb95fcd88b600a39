#include "cli/qr_code.hpp"

#include <qrencode.h>

#include <memory>

namespace pantheon::cli {
namespace {

constexpr int kQuietZone = 2;

struct FreeCode {
  void operator()(QRcode* code) const { QRcode_free(code); }
};
using CodePtr = std::unique_ptr<QRcode, FreeCode>;

bool is_dark(const QRcode& code, int x, int y) {
  if (x < 0 || y < 0 || x >= code.width || y >= code.width) return false;
  return (code.data[y * code.width + x] & 1U) != 0;
}

// Light modules are drawn: on a dark terminal they are what shines, and with colours set they are white on
// black.
const char* block(bool top_dark, bool bottom_dark) {
  if (top_dark && bottom_dark) return " ";
  if (top_dark) return "\u2584";
  return bottom_dark ? "\u2580" : "\u2588";
}

}  // namespace

core::Result<std::string> qr_code(std::string_view text, bool colour) {
  const std::string terminated(text);
  const CodePtr code(QRcode_encodeString(terminated.c_str(), 0, QR_ECLEVEL_L, QR_MODE_8, 1));
  if (!code) return core::failure(core::CommonError::invalid_argument, "too long for a QR code");
  std::string picture;
  const int end = code->width + kQuietZone;
  for (int y = -kQuietZone; y < end; y += 2) {
    picture += "  ";
    if (colour) picture += "\x1b[97;40m";
    for (int x = -kQuietZone; x < end; ++x) picture += block(is_dark(*code, x, y), is_dark(*code, x, y + 1));
    if (colour) picture += "\x1b[0m";
    picture += '\n';
  }
  return picture;
}

}  // namespace pantheon::cli

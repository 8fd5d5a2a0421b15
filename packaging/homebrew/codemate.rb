# Untested: nobody has run this yet, there or on a Mac of ours. Builds the checkout that this file is in:
#   brew install --HEAD --formula ./packaging/homebrew/codemate.rb
class Codemate < Formula
  desc "Manager for the life of local LLM models"
  license "MIT"
  head "file://#{File.expand_path("../..", __dir__)}", using: :git, branch: "main"

  depends_on "cli11" => :build
  depends_on "cmake" => :build
  depends_on "ninja" => :build
  depends_on "nlohmann-json" => :build
  depends_on "pkgconf" => :build
  depends_on "curl"
  depends_on "fmt"
  depends_on "openssl@3"
  depends_on "spdlog"
  depends_on "sqlite"

  def install
    system "cmake", "-S", ".", "-B", "build", "-G", "Ninja", "-DCODEMATE_TESTS=OFF", *std_cmake_args
    system "cmake", "--build", "build"
    system "cmake", "--install", "build"
  end

  test do
    assert_match "codemate ", shell_output("#{bin}/codemate --version")
    # Nobody listens there: status 4, and no waiting.
    shell_output("OLLAMA_HOST=http://127.0.0.1:1 #{bin}/codemate list 2>&1", 4)
  end
end

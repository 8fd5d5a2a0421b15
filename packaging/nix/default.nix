# Untested: nobody has built this yet; it is only known to be well-formed. From a checkout:
#   nix-build packaging/nix && result/bin/codemate --version
{
  pkgs ? import <nixpkgs> { },
}:
let
  root = ../..;
  lines = pkgs.lib.splitString "\n" (builtins.readFile (root + "/CMakeLists.txt"));
  found = builtins.filter (match: match != null) (
    map (builtins.match "project\\(codemate VERSION ([0-9.]+) .*") lines
  );
in
pkgs.stdenv.mkDerivation {
  pname = "codemate";
  version = builtins.head (builtins.head found);
  src = pkgs.lib.cleanSource root;

  nativeBuildInputs = with pkgs; [
    cmake
    ninja
    pkg-config
  ];
  buildInputs = with pkgs; [
    cli11
    curl
    fmt
    nlohmann_json
    openssl
    spdlog
    sqlite
  ];
  cmakeFlags = [ "-DCODEMATE_TESTS=OFF" ];

  doInstallCheck = true;
  installCheckPhase = ''
    $out/bin/codemate --version
  '';

  meta = {
    description = "Manager for the life of local LLM models";
    license = pkgs.lib.licenses.mit;
    mainProgram = "codemate";
    platforms = pkgs.lib.platforms.unix;
  };
}

import argparse

parser = argparse.ArgumentParser()
parser.add_argument("--model", default="mistral:latest", help="such as codellama:7b")
parser.add_argument("--port", default="mistral:8080")

"""Training a network of gn_edu.nets on CIFAR-10. Start with loop.py: it reads from top to bottom."""

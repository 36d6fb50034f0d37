resource "aws_iam_role" "hardkey_confirm" {
  name                 = "confirm"
  path                 = "/ca/"
  description          = "Lets a certification authority read what it confirms a signing key by"
  max_session_duration = 3600
  assume_role_policy = jsonencode({
    "Statement" : [
      {
        "Action" : "sts:AssumeRole",
        "Condition" : {
          "StringEquals" : {
            "sts:ExternalId" : "order-4711"
          }
        },
        "Effect" : "Allow",
        "Principal" : {
          "AWS" : "arn:aws:iam::999988887777:role/confirmation"
        }
      }
    ],
    "Version" : "2012-10-17"
  })
}

resource "aws_iam_role_policy" "hardkey_confirm" {
  name = "hardkey-confirm-reads"
  role = aws_iam_role.hardkey_confirm.id
  policy = jsonencode({
    "Statement" : [
      {
        "Action" : [
          "kms:DescribeKey",
          "kms:GetKeyPolicy",
          "kms:GetPublicKey",
          "kms:ListGrants",
          "kms:ListResourceTags"
        ],
        "Effect" : "Allow",
        "Resource" : "arn:aws:kms:eu-west-1:111122223333:key/0987dcba-09fe-87dc-65ba-ab0987654321",
        "Sid" : "Key"
      },
      {
        "Action" : [
          "cloudtrail:DescribeTrails",
          "cloudtrail:GetEventSelectors",
          "cloudtrail:GetTrailStatus",
          "cloudtrail:LookupEvents"
        ],
        "Effect" : "Allow",
        "Resource" : "*",
        "Sid" : "Trails"
      }
    ],
    "Version" : "2012-10-17"
  })
}

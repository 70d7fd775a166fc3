import { Body, Controller, Get, Headers, Patch, Put, Res, UseGuards } from '@nestjs/common';
import { ApiHeader, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Operation } from '../kernel/http/operation';
import { OwnedResource } from '../kernel/security/owned-resource';
import { Needs } from '../kernel/security/permissions';
import { CurrentPrincipal, type Principal } from '../kernel/security/principal';
import { AvaProfile } from './ava-profile.entity';
import { AvaProfileGuard } from './ava-profile.guard';
import {
  AvaProfileView,
  ChangeProfile,
  ProfileOptions,
  ReplaceProfile,
  tones,
  voices,
} from './ava-profiles.dto';
import { AvaProfilesService, etagOf } from './ava-profiles.service';

const IfMatch = ApiHeader({
  name: 'If-Match',
  description:
    'ETag of the version you have read; the change is refused (412) when it is no longer current.',
  required: false,
  example: '"3"',
});

@ApiTags('Ava profile')
@Controller('ava-profile')
@UseGuards(AvaProfileGuard)
export class AvaProfilesController {
  constructor(private readonly profiles: AvaProfilesService) {}

  @Get()
  @Needs('ava_profile.read')
  @Operation({
    summary: 'Show how Ava speaks for your tenant',
    ok: AvaProfileView,
    problems: ['ava_profile.not_found'],
  })
  get(
    @OwnedResource() profile: AvaProfile,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): AvaProfileView {
    return withEtag(profile, reply);
  }

  @Get('options')
  @Needs('ava_profile.read')
  @Operation({
    summary: 'List the voices and tones that can be chosen',
    ok: ProfileOptions,
    problems: ['ava_profile.not_found'],
  })
  options(): ProfileOptions {
    return { voices, tones };
  }

  @Put()
  @Needs('ava_profile.change')
  @IfMatch
  @Operation({
    summary: 'Replace the profile; what is left out goes back to its default',
    ok: AvaProfileView,
    problems: ['ava_profile.not_found', 'ava_profile.changed'],
  })
  async replace(
    @CurrentPrincipal() who: Principal,
    @Body() body: ReplaceProfile,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AvaProfileView> {
    return withEtag(await this.profiles.replace(who, body, ifMatch), reply);
  }

  @Patch()
  @Needs('ava_profile.change')
  @IfMatch
  @Operation({
    summary: 'Change parts of the profile',
    ok: AvaProfileView,
    problems: ['ava_profile.not_found', 'ava_profile.changed'],
  })
  async change(
    @CurrentPrincipal() who: Principal,
    @Body() body: ChangeProfile,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AvaProfileView> {
    return withEtag(await this.profiles.change(who, body, ifMatch), reply);
  }
}

function withEtag(profile: AvaProfile, reply: FastifyReply): AvaProfileView {
  void reply.header('etag', etagOf(profile));
  return AvaProfileView.of(profile);
}
